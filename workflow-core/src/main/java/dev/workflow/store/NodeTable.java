package dev.workflow.store;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import dev.workflow.engine.EngineStore.NodeRow;

/**
 * The live instances, and the keys that they share. What the heart asks for goes through
 * sessions of its own; what takes longer the more runs there are does not.
 */
final class NodeTable {

    private final Sessions sessions;

    private final Sessions slower;

    private final RunTable runs;

    NodeTable(Sessions sessions, Sessions slower, RunTable runs) {
        this.sessions = sessions;
        this.slower = slower;
        this.runs = runs;
    }

    long register(NodeRow node) {
        return this.sessions.transaction((connection) -> {
            long id = Sessions.query(connection, this.sessions.sql("""
                    insert into @workflow_node
                      (name, task_queues, workflow_types, activity_types, state, started_at, heartbeat_at, build_id)
                    values (?, ?, ?, ?, 'LIVE', ?, ?, ?) returning id"""), (s) -> {
                s.setString(1, node.name());
                s.setString(2, String.join("\n", node.taskQueues()));
                s.setString(3, String.join("\n", node.workflowTypes()));
                s.setString(4, String.join("\n", node.activityTypes()));
                s.setObject(5, Sessions.time(node.startedAt()));
                s.setObject(6, Sessions.time(node.startedAt()));
                s.setString(7, node.buildId());
            }, (row) -> row.getLong(1)).getFirst();
            if (node.configuredName()) {
                // A new process of the same name is that process, restarted: its runs
                // come back at once.
                Sessions.update(connection, this.sessions
                    .sql("update @workflow_node set state = 'DEAD' where name = ? and id <> ? and state = 'LIVE'"),
                        (s) -> {
                            s.setString(1, node.name());
                            s.setLong(2, id);
                        });
            }
            return id;
        });
    }

    boolean heartbeat(long nodeId, int slots, int slotsUsed, int cachedRuns, Instant now) {
        return this.sessions.update(this.sessions.sql("""
                update @workflow_node set counter = counter + 1, activity_slots = ?, activity_slots_used = ?,
                  cached_runs = ?, heartbeat_at = ?
                where id = ? and state = 'LIVE'"""), (s) -> {
            s.setInt(1, slots);
            s.setInt(2, slotsUsed);
            s.setInt(3, cachedRuns);
            s.setObject(4, Sessions.time(now));
            s.setLong(5, nodeId);
        }) > 0;
    }

    List<NodeRow> all() {
        return this.sessions.query(this.sessions.sql("select * from @workflow_node order by id"), (s) -> {
        }, (row) -> new NodeRow(row.getLong("id"), row.getString("name"), true, lines(row.getString("task_queues")),
                lines(row.getString("workflow_types")), lines(row.getString("activity_types")),
                row.getString("state").equals("LIVE"), row.getLong("counter"),
                Sessions.requiredInstant(row, "started_at"), row.getString("build_id")));
    }

    private static List<String> lines(String text) {
        return text.isEmpty() ? List.of() : Arrays.asList(text.split("\n"));
    }

    boolean declareDead(long nodeId, long counterSeen) {
        return this.sessions.update(
                this.sessions
                    .sql("update @workflow_node set state = 'DEAD' where id = ? and counter = ? and state = 'LIVE'"),
                (s) -> {
                    s.setLong(1, nodeId);
                    s.setLong(2, counterSeen);
                }) > 0;
    }

    void unregister(long nodeId) {
        this.sessions.update(this.sessions.sql("delete from @workflow_node where id = ?"), (s) -> s.setLong(1, nodeId));
    }

    boolean unregisterDead(long nodeId) {
        return this.slower.transaction((connection) -> {
            if (!this.runs.nothingOwned(connection, nodeId)) {
                return false;
            }
            Sessions.update(connection, this.sessions.sql("delete from @workflow_node where id = ?"),
                    (s) -> s.setLong(1, nodeId));
            return true;
        });
    }

    Instant databaseTime() {
        return Objects.requireNonNull(Sessions.first(this.sessions.query("select clock_timestamp() as now", (s) -> {
        }, (row) -> Sessions.requiredInstant(row, "now"))));
    }

    byte[] secret(String name) {
        byte[] fresh = new byte[32];
        new SecureRandom().nextBytes(fresh);
        this.sessions.update(
                this.sessions.sql("insert into @workflow_secret (name, value) values (?, ?) on conflict do nothing"),
                (s) -> {
                    s.setString(1, name);
                    s.setBytes(2, fresh);
                });
        return this.sessions
            .query(this.sessions.sql("select value from @workflow_secret where name = ?"), (s) -> s.setString(1, name),
                    (row) -> row.getBytes(1))
            .getFirst();
    }

}

package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.EngineStore;
import org.jspecify.annotations.Nullable;

/**
 * Deletes runs that have ended. Of each transaction the number of rows is bounded, and
 * none waits for a lock. The execution goes last: as long as it is there, a deletion that
 * was cut short can be repeated.
 */
final class RunDeletes {

    private final Sessions sessions;

    private final OperatorActionTable actions;

    private final String startedBefore;

    private final String lock;

    private final String links;

    private final String closeGapAfterFirst;

    private final String closeGap;

    private final String lastEvent;

    private final String lastEvents;

    private final List<String> deletes;

    RunDeletes(Sessions sessions, OperatorActionTable actions) {
        this.actions = actions;
        this.sessions = sessions;
        // Where very many workflows had an id, one after the other, only the newest runs
        // of it are looked at: an older chain has ended long ago.
        this.startedBefore = sessions.sql("""
                select e.run_id, e.closed_at, e.history_length,
                       e.continued_run_id is not null and e.run_id = e.first_run_id and (
                         exists (select 1 from @workflow_execution o where o.workflow_id = e.workflow_id
                                 and o.status = 'RUNNING' and o.first_run_id = e.run_id)
                         or exists (select 1 from (
                             select o.first_run_id, o.closed_at from @workflow_execution o
                             where o.workflow_id = e.workflow_id order by o.started_at desc limit 100) newest
                           where newest.first_run_id = e.run_id and newest.closed_at >= ?)) as begins_kept_chain
                from @workflow_execution e where e.run_id > ? and e.run_id < ? order by e.run_id limit ?""");
        this.lock = sessions.sql("""
                select run_id from @workflow_execution
                where run_id = any(?) and status <> 'RUNNING' order by run_id
                for update skip locked""");
        this.links = sessions.sql("""
                select e.run_id, e.first_run_id, e.continued_run_id, e.workflow_id from @workflow_execution e
                join @workflow_execution f on f.run_id = e.first_run_id
                where e.run_id = any(?) and e.run_id <> e.first_run_id and e.continued_run_id is not null
                order by e.run_id""");
        this.closeGapAfterFirst = sessions.sql("""
                update @workflow_execution set continued_run_id = ? where run_id = ? and continued_run_id = ?""");
        this.closeGap = sessions.sql("""
                update @workflow_execution set continued_run_id = ? where workflow_id = ? and continued_run_id = ?""");
        this.lastEvent = sessions.sql("""
                select coalesce(max(event_id), 0) as last_event from @workflow_event where run_id = ?""");
        this.lastEvents = sessions.sql("""
                delete from @workflow_event where run_id = ? and event_id > ? and event_id <= ?""");
        this.deletes = List.of(sessions.sql("delete from @workflow_event where run_id = any(?)"),
                sessions.sql("delete from @workflow_message where run_id = any(?)"),
                sessions.sql("delete from @workflow_activity_task where run_id = any(?)"),
                sessions.sql("delete from @workflow_execution where run_id = any(?)"));
    }

    /** Runs by their ids, whose first bits are the time of their start. */
    List<EngineStore.EndedRun> startedBefore(UUID after, Instant before, int limit) {
        UUID first = new UUID(before.toEpochMilli() << 16, 0);
        return this.sessions.query(this.startedBefore, (s) -> {
            s.setObject(1, Sessions.time(before));
            s.setObject(2, after);
            s.setObject(3, first);
            s.setInt(4, limit);
        }, (row) -> new EngineStore.EndedRun(Sessions.uuid(row, "run_id"), Sessions.instant(row, "closed_at"),
                row.getLong("history_length"), row.getBoolean("begins_kept_chain")));
    }

    int delete(List<UUID> runIds, BooleanSupplier goOn, @Nullable OperatorAction action) {
        for (UUID runId : runIds) {
            if (!shorten(runId, goOn)) {
                return 0;
            }
        }
        return this.sessions.transaction((connection) -> {
            List<UUID> locked = lock(connection, runIds);
            closeGaps(connection, locked);
            for (String sql : locked.isEmpty() ? List.<String>of() : this.deletes) {
                Sessions.update(connection, sql, (s) -> s.setArray(1, Sessions.uuids(connection, locked)));
            }
            if (action != null && !locked.isEmpty()) {
                this.actions.insert(connection, action);
            }
            return locked.size();
        });
    }

    /**
     * A run that the deleted one came from goes on in the one after it. That is the first
     * run where they are deleted in their order; otherwise it is looked for.
     */
    private void closeGaps(Connection connection, List<UUID> runIds) throws SQLException {
        record Link(UUID runId, UUID first, UUID next, String workflowId) {
        }
        List<Link> links = Sessions.query(connection, this.links,
                (s) -> s.setArray(1, Sessions.uuids(connection, runIds)),
                (row) -> new Link(Sessions.uuid(row, "run_id"), Sessions.uuid(row, "first_run_id"),
                        Sessions.uuid(row, "continued_run_id"), row.getString("workflow_id")));
        for (Link link : links) {
            int closed = Sessions.update(connection, this.closeGapAfterFirst, (s) -> {
                s.setObject(1, link.next());
                s.setObject(2, link.first());
                s.setObject(3, link.runId());
            });
            if (closed == 0) {
                Sessions.update(connection, this.closeGap, (s) -> {
                    s.setObject(1, link.next());
                    s.setString(2, link.workflowId());
                    s.setObject(3, link.runId());
                });
            }
        }
    }

    private List<UUID> lock(Connection connection, List<UUID> runIds) throws SQLException {
        return Sessions.query(connection, this.lock, (s) -> s.setArray(1, Sessions.uuids(connection, runIds)),
                (row) -> Sessions.uuid(row, "run_id"));
    }

    /**
     * Deletes the last events of a long history, until few enough are left; false when it
     * was held up before that. What an earlier call has deleted is not gone through
     * again.
     */
    private boolean shorten(UUID runId, BooleanSupplier goOn) {
        long last = lastEvent(runId);
        while (last > EngineStore.DELETED_EVENTS) {
            long to = last;
            long from = Math.max(EngineStore.DELETED_EVENTS, last - EngineStore.DELETED_EVENTS);
            boolean held = this.sessions.transaction((connection) -> {
                if (lock(connection, List.of(runId)).isEmpty()) {
                    return true;
                }
                Sessions.update(connection, this.lastEvents, (s) -> {
                    s.setObject(1, runId);
                    s.setLong(2, from);
                    s.setLong(3, to);
                });
                return false;
            });
            if (held || !goOn.getAsBoolean()) {
                return false;
            }
            last = from;
        }
        return true;
    }

    private long lastEvent(UUID runId) {
        return this.sessions.query(this.lastEvent, (s) -> s.setObject(1, runId), (row) -> row.getLong("last_event"))
            .stream()
            .findFirst()
            .orElse(0L);
    }

}

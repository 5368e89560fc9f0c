package dev.workflow.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.EngineStore.HandOver;
import dev.workflow.engine.EngineStore.RouteBacklog;
import dev.workflow.engine.EngineStore.VersionsChange;
import dev.workflow.engine.QueueVersions;

/**
 * Which builds run what, and what is on its way to which. Nothing here is asked for while
 * no node has a build and none is set, but the list of what is set, once a heartbeat.
 */
final class VersionTable {

    private static final int BATCH = 1_000;

    private final OperatorActionTable actions;

    private final Sessions heart;

    private final Sessions sessions;

    private final String all;

    private final String handOver;

    private final String reroute;

    VersionTable(Sessions heart, Sessions sessions, OperatorActionTable actions) {
        this.actions = actions;
        this.heart = heart;
        this.sessions = sessions;
        this.all = sessions.sql("select * from @workflow_worker_version order by task_queue");
        // The claim counted as one that did not get on, and may have pinned the run.
        this.handOver = sessions.sql("""
                with l as materialized (
                  select t.run_id, u.b from unnest(?::uuid[], ?::int[], ?::text[]) as u(r, k, b)
                  join @workflow_task t on t.run_id = any(array[u.r])
                  where t.owner = ? and t.token = u.k
                  order by u.r
                  for update of t skip locked)
                update @workflow_task t
                set owner = null, route = l.b, pinned = false, crashes = greatest(t.crashes - 1, 0)
                from l where t.run_id = any(array[l.run_id])""");
        // The partial index holds only such runs, so that none of the others is passed.
        this.reroute = sessions.sql("""
                with l as (
                  select t.run_id from @workflow_task t
                  where t.owner is null and t.route <> '' and not t.pinned
                    and not exists (select 1 from @workflow_worker_version v
                                    where v.task_queue = t.task_queue
                                      and (t.route = v.current_build
                                           or t.route = v.ramping_build and v.ramp_percentage > 0))
                  limit ? for update of t skip locked)
                update @workflow_task t set route = '' from l where t.run_id = any(array[l.run_id])""");
    }

    List<QueueVersions> all() {
        return this.heart.query(this.all, (s) -> {
        }, VersionTable::versions);
    }

    void change(String taskQueue, VersionsChange change, OperatorAction action, Instant now) {
        boolean changed;
        do {
            changed = this.sessions.transaction((connection) -> changed(connection, taskQueue, change, action, now));
        }
        while (!changed);
    }

    /** Returns whether it is done: false when somebody else set the first ones. */
    private boolean changed(Connection connection, String taskQueue, VersionsChange change, OperatorAction action,
            Instant now) throws SQLException {
        QueueVersions before = Sessions.first(Sessions.query(connection, this.sessions.sql("""
                select * from @workflow_worker_version where task_queue = ? for update"""),
                (s) -> s.setString(1, taskQueue), VersionTable::versions));
        QueueVersions after = change.of(before);
        if (after == null) {
            Sessions.update(connection, this.sessions.sql("delete from @workflow_worker_version where task_queue = ?"),
                    (s) -> s.setString(1, taskQueue));
            this.actions.insert(connection, action.detail("current=null"));
            return true;
        }
        boolean written = Sessions.update(connection, this.sessions.sql((before != null) ? """
                update @workflow_worker_version
                set current_build = ?, ramping_build = ?, ramp_percentage = ?, updated_at = ? where task_queue = ?"""
                : """
                        insert into @workflow_worker_version
                          (current_build, ramping_build, ramp_percentage, updated_at, task_queue) values (?, ?, ?, ?, ?)
                        on conflict (task_queue) do nothing"""), (s) -> {
                    s.setString(1, after.current());
                    s.setString(2, after.ramping());
                    s.setInt(3, after.percentage());
                    s.setObject(4, Sessions.time(now));
                    s.setString(5, taskQueue);
                }) == 1;
        if (written) {
            String ramp = (after.ramping() != null)
                    ? ", ramping=" + after.ramping() + " with " + after.percentage() + " %" : "";
            this.actions.insert(connection, action.detail("current=" + after.current() + ramp));
        }
        return written;
    }

    private static QueueVersions versions(ResultSet row) throws SQLException {
        return new QueueVersions(row.getString("task_queue"), row.getString("current_build"),
                row.getString("ramping_build"), row.getInt("ramp_percentage"));
    }

    void reroute() {
        int changed;
        do {
            changed = this.sessions.update(this.reroute, (s) -> s.setInt(1, BATCH));
        }
        while (changed == BATCH);
    }

    void handOver(long owner, Collection<HandOver> runs) {
        this.sessions.single((connection) -> Sessions.update(connection, this.handOver, (s) -> {
            s.setArray(1, Sessions.uuids(connection, runs.stream().map(HandOver::runId).toList()));
            s.setArray(2, Sessions.ints(connection, runs.stream().map(HandOver::token).toList()));
            s.setArray(3, Sessions.texts(connection, runs.stream().map(HandOver::route).toList()));
            s.setLong(4, owner);
        }));
    }

    Map<String, Long> pinned(String taskQueue) {
        Map<String, Long> pinned = new LinkedHashMap<>();
        this.sessions.query(this.sessions.sql("""
                select route, count(*) as runs from @workflow_task where pinned and task_queue = ? group by route"""),
                (s) -> s.setString(1, taskQueue), (row) -> pinned.put(row.getString("route"), row.getLong("runs")));
        return pinned;
    }

    List<RouteBacklog> backlogs(Instant now) {
        return this.sessions.query(this.sessions.sql("""
                select task_queue, route, sum(waiting)::bigint as waiting, min(oldest) as oldest from (
                  select task_queue, route, count(*) as waiting, min(due_at) as oldest from @workflow_task
                  where owner is null and due_at <= ? group by task_queue, route
                  union all
                  select t.task_queue, t.route, count(distinct t.run_id), min(m.created_at)
                  from @workflow_message m join @workflow_task t on t.run_id = any(array[m.run_id])
                  where m.kind <> 'REPLY' and coalesce(t.owner, 0) = 0 and t.due_at - ?::timestamptz > interval '0'
                    and (t.last_event > 1 or t.token > 0)
                  group by t.task_queue, t.route) w
                group by task_queue, route"""), (s) -> {
            s.setObject(1, Sessions.time(now));
            s.setObject(2, Sessions.time(now));
        }, (row) -> new RouteBacklog(row.getString("task_queue"), row.getString("route"), row.getLong("waiting"),
                Sessions.requiredInstant(row, "oldest")));
    }

}

package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import dev.workflow.engine.EngineStore;

/**
 * Deletes runs that have ended. Of each transaction the number of rows is bounded, and
 * none waits for a lock. The execution goes last: as long as it is there, a deletion that
 * was cut short can be repeated.
 */
final class RunDeletes {

    private final Sessions sessions;

    private final String startedBefore;

    private final String lock;

    private final String lastEvents;

    private final List<String> deletes;

    RunDeletes(Sessions sessions) {
        this.sessions = sessions;
        this.startedBefore = sessions.sql("""
                select run_id, closed_at, history_length from @workflow_execution
                where run_id > ? and run_id < ? order by run_id limit ?""");
        this.lock = sessions.sql("""
                select run_id, history_length from @workflow_execution
                where run_id = any(?) and status <> 'RUNNING' order by run_id
                for update skip locked""");
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
            s.setObject(1, after);
            s.setObject(2, first);
            s.setInt(3, limit);
        }, (row) -> new EngineStore.EndedRun(Sessions.uuid(row, "run_id"), Sessions.instant(row, "closed_at"),
                row.getLong("history_length")));
    }

    int delete(List<UUID> runIds) {
        for (UUID runId : runIds) {
            shorten(runId);
        }
        return this.sessions.transaction((connection) -> {
            List<UUID> locked = lock(connection, runIds).stream().map(Ended::runId).toList();
            for (String sql : locked.isEmpty() ? List.<String>of() : this.deletes) {
                Sessions.update(connection, sql, (s) -> s.setArray(1, Sessions.uuids(connection, locked)));
            }
            return locked.size();
        });
    }

    private record Ended(UUID runId, long historyLength) {
    }

    private List<Ended> lock(Connection connection, List<UUID> runIds) throws SQLException {
        return Sessions.query(connection, this.lock, (s) -> s.setArray(1, Sessions.uuids(connection, runIds)),
                (row) -> new Ended(Sessions.uuid(row, "run_id"), row.getLong("history_length")));
    }

    /** Deletes the last events of a long history, until few enough are left. */
    private void shorten(UUID runId) {
        List<Long> length = this.sessions.query(
                this.sessions.sql("select history_length from @workflow_execution where run_id = ?"),
                (s) -> s.setObject(1, runId), (row) -> row.getLong("history_length"));
        long last = length.isEmpty() ? 0 : length.getFirst();
        while (last > EngineStore.DELETED_EVENTS) {
            long to = last;
            long from = Math.max(EngineStore.DELETED_EVENTS, last - EngineStore.DELETED_EVENTS);
            this.sessions.transaction((connection) -> {
                if (lock(connection, List.of(runId)).isEmpty()) {
                    return 0;
                }
                return Sessions.update(connection, this.lastEvents, (s) -> {
                    s.setObject(1, runId);
                    s.setLong(2, from);
                    s.setLong(3, to);
                });
            });
            last = from;
        }
    }

}

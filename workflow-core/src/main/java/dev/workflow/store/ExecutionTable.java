package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.UUID;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.EngineStore.ExecutionRow;
import dev.workflow.engine.EngineStore.TerminatedRun;
import dev.workflow.engine.Transition.EventRow;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.ParentExecution;
import dev.workflow.history.StoredEvents;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.payload.PayloadCodecs;
import org.jspecify.annotations.Nullable;

/**
 * Executions and their histories: what is read of them, and the end that comes from
 * outside.
 */
final class ExecutionTable {

    private static final int PAGE = 500;

    /** A history of so many events is read together with others. */
    private static final int SMALL = 64;

    private final Sessions sessions;

    private final StoredEvents events;

    private final StoredEvents shown;

    private final RelationsWriter relations;

    private final String rows;

    private final String latest;

    private final String ends;

    private final String page;

    private final String beginnings;

    ExecutionTable(Sessions sessions, PayloadCodecs codecs) {
        this.sessions = sessions;
        this.events = new StoredEvents(codecs);
        this.shown = new StoredEvents(codecs.lenient());
        this.relations = new RelationsWriter(sessions, new ExecutionInserts(sessions), new RowInserts(sessions));
        String columns = """
                e.run_id, e.workflow_id, e.workflow_type, e.task_queue, e.status, e.started_at, e.closed_at,
                       e.first_run_id, e.continued_run_id, e.parent_workflow_id, e.result, e.failure, e.memo,
                       e.search_attributes, coalesce(t.last_event, e.history_length) as history_length, t.owner,
                       t.problem, t.route, t.pinned, t.build_id, e.priority, t.fairness_key
                """;
        this.rows = sessions.sql("select " + columns + """
                from @workflow_execution e left join @workflow_task t
                  on t.run_id = any(array[e.run_id])
                """);
        this.ends = sessions.sql("select u.r, " + columns + """
                from unnest(?::uuid[]) as u(r)
                left join @workflow_execution e on e.run_id = any(array[u.r])
                left join @workflow_task t on t.run_id = any(array[e.run_id])
                where e.status is distinct from 'RUNNING'""");
        // Two looks into indexes, however many runs of an id there are or are expected.
        this.latest = this.rows + sessions.sql("""
                where e.run_id = coalesce(
                  (select o.run_id from @workflow_execution o where o.workflow_id = ? and o.status = 'RUNNING'),
                  (select c.run_id from @workflow_execution c where c.workflow_id = ?
                   order by c.started_at desc, (c.continued_run_id is null) desc, c.run_id desc limit 1))""");
        this.beginnings = sessions.sql("""
                select run_id, event_id, event_type, event_time, format, attributes, size from (
                  select v.*, sum(octet_length(v.attributes)) over (order by v.run_id, v.event_id) as size
                  from @workflow_event v where v.run_id = any(?)) h
                where size <= ? order by run_id, event_id""");
        this.page = sessions.sql("""
                select event_id, event_type, event_time, format, attributes, size from (
                  select v.*, sum(octet_length(v.attributes)) over (order by v.event_id) as size
                  from (select event_id, event_type, event_time, format, attributes from @workflow_event
                        where run_id = ? and event_id > ? order by event_id limit ?) v) page
                where size - octet_length(attributes) < ? order by event_id""");
    }

    private static ExecutionRow execution(ResultSet row) throws SQLException {
        long owner = row.getLong("owner");
        boolean ownerless = row.wasNull();
        return new ExecutionRow(Sessions.uuid(row, "run_id"), row.getString("workflow_id"),
                row.getString("workflow_type"), row.getString("task_queue"),
                WorkflowStatus.valueOf(row.getString("status")), Sessions.requiredInstant(row, "started_at"),
                Sessions.instant(row, "closed_at"), Sessions.uuid(row, "first_run_id"),
                row.getObject("continued_run_id", UUID.class), row.getString("parent_workflow_id"),
                row.getLong("history_length"), row.getString("result"), row.getString("failure"), row.getString("memo"),
                row.getString("search_attributes"), ownerless ? null : owner, row.getString("problem"),
                Sessions.version(row), row.getInt("priority"), row.getString("fairness_key"));
    }

    private static HistoryEvent event(ResultSet row, StoredEvents events) throws SQLException {
        return events.decode(row.getLong("event_id"), Sessions.requiredInstant(row, "event_time"),
                row.getString("event_type"), row.getInt("format"), row.getString("attributes"));
    }

    @Nullable ExecutionRow latest(Connection connection, String workflowId) throws SQLException {
        return Sessions.first(Sessions.query(connection, this.latest, (s) -> {
            s.setString(1, workflowId);
            s.setString(2, workflowId);
        }, ExecutionTable::execution));
    }

    @Nullable ExecutionRow latest(String workflowId) {
        return this.sessions.single((connection) -> latest(connection, workflowId));
    }

    @Nullable ExecutionRow find(UUID runId) {
        return Sessions.first(this.sessions.query(this.rows + "where e.run_id = ?", (s) -> s.setObject(1, runId),
                ExecutionTable::execution));
    }

    EngineStore.Ends ends(Collection<UUID> runIds) {
        List<ExecutionRow> closed = new ArrayList<>();
        List<UUID> gone = new ArrayList<>();
        this.sessions.single((connection) -> Sessions.query(connection, this.ends,
                (s) -> s.setArray(1, Sessions.uuids(connection, List.copyOf(runIds))), (row) -> {
                    boolean there = row.getObject("run_id", UUID.class) != null;
                    return there ? closed.add(execution(row)) : gone.add(Sessions.uuid(row, "r"));
                }));
        return new EngineStore.Ends(closed, gone);
    }

    /** For people: payloads that cannot be decoded here are as they are stored. */
    List<HistoryEvent> page(UUID runId, long afterEventId, int limit) {
        return page(runId, afterEventId, limit, (row) -> event(row, this.shown));
    }

    private <T> List<T> page(UUID runId, long afterEventId, int limit, Sessions.Mapper<T> mapper) {
        return this.sessions.query(this.page, (s) -> bindPage(s, runId, afterEventId, limit), mapper);
    }

    private static void bindPage(PreparedStatement statement, UUID runId, long afterEventId, int limit)
            throws SQLException {
        statement.setObject(1, runId);
        statement.setLong(2, afterEventId);
        statement.setInt(3, limit);
        statement.setLong(4, EngineStore.HISTORY_BYTES);
    }

    /** The row of an event as it is; null when there is none. */
    @Nullable EventRow row(UUID runId, long eventId) {
        return Sessions.first(
                page(runId, eventId - 1, 1, (row) -> new EventRow(row.getLong("event_id"), row.getString("event_type"),
                        Sessions.requiredInstant(row, "event_time"), row.getString("attributes"))));
    }

    List<HistoryEvent> events(UUID runId, List<String> types) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.sessions.sql("""
                select event_id, event_type, event_time, format, attributes from @workflow_event
                where run_id = ? and event_type = any(?) order by event_id"""), (s) -> {
            s.setObject(1, runId);
            s.setArray(2, Sessions.texts(connection, types));
        }, (row) -> event(row, this.shown)));
    }

    /** Reads page by page, as it is consumed. */
    Iterator<HistoryEvent> history(UUID runId, long afterEventId) {
        return new History(runId, afterEventId, List.of(), false);
    }

    /**
     * The histories of runs that were claimed together: what is small of them is read at
     * once, the rest as it is consumed.
     */
    Map<UUID, Iterator<HistoryEvent>> histories(List<EngineStore.ClaimedRun> runs) {
        List<UUID> small = runs.stream()
            .filter((run) -> run.lastEvent() <= SMALL)
            .map(EngineStore.ClaimedRun::runId)
            .toList();
        Map<UUID, List<Stored>> read = new HashMap<>();
        this.sessions.single((connection) -> Sessions.query(connection, this.beginnings, (s) -> {
            s.setArray(1, Sessions.uuids(connection, small));
            s.setLong(2, EngineStore.HISTORY_BYTES);
        }, (row) -> read.computeIfAbsent(Sessions.uuid(row, "run_id"), (run) -> new ArrayList<>())
            .add(Stored.of(row))));
        Map<UUID, Iterator<HistoryEvent>> histories = new HashMap<>();
        for (EngineStore.ClaimedRun run : runs) {
            List<Stored> beginning = read.getOrDefault(run.runId(), List.of());
            histories.put(run.runId(), new History(run.runId(), 0, beginning, beginning.size() == run.lastEvent()));
        }
        return histories;
    }

    /**
     * Lock, then write: no actor is needed, and the one that has the run is refused from
     * now on. It does not wait for the lock, which may be held by a caller's transaction.
     */
    @Nullable TerminatedRun terminate(UUID runId, EngineStore.Termination end, Instant now) {
        return this.sessions.transaction((connection) -> {
            LockedRun locked = Sessions.first(Sessions.query(connection,
                    this.sessions
                        .sql("select owner, last_event from @workflow_task where run_id = ? for update nowait"),
                    (s) -> s.setObject(1, runId),
                    (row) -> new LockedRun(runId, row.getLong("owner"), row.getLong("last_event"))));
            return (locked != null) ? end(connection, locked, lockParent(connection, runId), end, now) : null;
        });
    }

    /**
     * A run whose task row is locked.
     *
     * @param runId the run
     * @param owner the node that holds it, or 0
     * @param lastEvent its last event
     */
    record LockedRun(UUID runId, long owner, long lastEvent) {
    }

    /** Writes the end of a run whose row is locked. */
    TerminatedRun end(Connection connection, LockedRun locked, @Nullable ParentExecution parent,
            EngineStore.Termination end, Instant now) throws SQLException {
        UUID runId = locked.runId();
        // The history's time never goes back, whatever this node's clock says.
        Instant last = java.util.Objects.requireNonNull(Sessions.first(Sessions.query(connection,
                this.sessions.sql("select event_time from @workflow_event where run_id = ? and event_id = ?"), (s) -> {
                    s.setObject(1, runId);
                    s.setLong(2, locked.lastEvent());
                }, (row) -> Sessions.requiredInstant(row, "event_time"))));
        Instant at = now.isBefore(last) ? last : now;
        HistoryEvent event = new WorkflowExecutionTerminated(locked.lastEvent() + 1, at, end.reason(), end.identity());
        Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                values (?, ?, ?, ?, ?, ?)"""), (s) -> {
            s.setObject(1, runId);
            s.setLong(2, event.eventId());
            s.setString(3, event.eventType());
            s.setObject(4, Sessions.time(at));
            s.setInt(5, EventCodec.FORMAT);
            s.setString(6, this.events.encode(event));
        });
        for (String sql : List.of("delete from @workflow_task where run_id = ?",
                "delete from @workflow_message where run_id = ?", """
                        delete from @workflow_activity_task a using (
                          select run_id, scheduled_event_id from @workflow_activity_task where run_id = ?
                          for update skip locked) l
                        where a.run_id = any(array[l.run_id]) and a.scheduled_event_id = l.scheduled_event_id""")) {
            Sessions.update(connection, this.sessions.sql(sql), (s) -> s.setObject(1, runId));
        }
        Sessions.update(connection, this.sessions.sql("""
                update @workflow_execution set status = ?, closed_at = ?, failure = ?, history_length = ?
                where run_id = ?"""), (s) -> {
            s.setString(1, WorkflowStatus.TERMINATED.name());
            s.setObject(2, Sessions.time(at));
            s.setString(3, end.failure());
            s.setLong(4, event.eventId());
            s.setObject(5, runId);
        });
        Round round = new Round(this.sessions, connection);
        this.relations.ended(round, runId, (parent != null) ? UUID.fromString(parent.runId()) : null,
                (parent != null) ? end.notice().apply(parent.initiatedEventId()) : null, end.orphaned(), at);
        round.send();
        return new TerminatedRun(runId, locked.owner(), (parent != null) ? UUID.fromString(parent.runId()) : null);
    }

    /**
     * The parent of a child; its key is share-locked, so that it does not end at the same
     * time. Null for a run that is no child.
     */
    @Nullable ParentExecution lockParent(Connection connection, UUID runId) throws SQLException {
        UUID parentRun = Sessions.first(Sessions.query(connection,
                this.sessions.sql(
                        "select parent_run_id from @workflow_execution where run_id = ? and parent_run_id is not null"),
                (s) -> s.setObject(1, runId), (row) -> Sessions.uuid(row, "parent_run_id")));
        if (parentRun == null) {
            return null;
        }
        Sessions.query(connection,
                this.sessions.sql("select run_id from @workflow_task where run_id = ? for key share nowait"),
                (s) -> s.setObject(1, parentRun), (row) -> Sessions.uuid(row, "run_id"));
        ParentExecution from = Sessions.first(Sessions.query(connection, this.page, (s) -> bindPage(s, runId, 0, 1),
                (row) -> event(row, this.shown))) instanceof WorkflowExecutionStarted started ? started.parent() : null;
        // A reset of the parent may have made it the child of another run.
        return (from != null) ? new ParentExecution(from.workflowId(), parentRun.toString(), from.initiatedEventId(),
                from.parentClosePolicy()) : null;
    }

    /** The open children of a run. */
    List<EngineStore.ChildRow> openChildren(UUID runId) {
        return this.sessions.query(this.sessions.sql("""
                select run_id, workflow_id, workflow_type, parent_close_policy, started_at from @workflow_execution
                where parent_run_id = ? and parent_run_id is not null and status = 'RUNNING'
                order by started_at, run_id limit 1000"""), (s) -> s.setObject(1, runId),
                (row) -> new EngineStore.ChildRow(Sessions.uuid(row, "run_id"), row.getString("workflow_id"),
                        row.getString("workflow_type"), ParentClosePolicy.valueOf(row.getString("parent_close_policy")),
                        Sessions.requiredInstant(row, "started_at")));
    }

    /**
     * An event as it is stored, and how much of its page there is up to its end. It is
     * decoded by whoever replays it: that may fail, and takes its time.
     */
    private record Stored(long eventId, String eventType, Instant eventTime, int format, String attributes, long size) {

        static Stored of(ResultSet row) throws SQLException {
            return new Stored(row.getLong("event_id"), row.getString("event_type"),
                    Sessions.requiredInstant(row, "event_time"), row.getInt("format"), row.getString("attributes"),
                    row.getLong("size"));
        }

    }

    private final class History implements Iterator<HistoryEvent> {

        private final UUID runId;

        private Iterator<Stored> read;

        private long last;

        private boolean ended;

        History(UUID runId, long afterEventId, List<Stored> read, boolean whole) {
            this.runId = runId;
            this.last = afterEventId;
            this.read = read.iterator();
            this.ended = whole;
        }

        @Override
        public boolean hasNext() {
            if (!this.read.hasNext() && !this.ended) {
                List<Stored> next = page(this.runId, this.last, PAGE, Stored::of);
                this.ended = next.isEmpty()
                        || (next.size() < PAGE && next.getLast().size() < EngineStore.HISTORY_BYTES);
                this.read = next.iterator();
            }
            return this.read.hasNext();
        }

        @Override
        public HistoryEvent next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Stored event = this.read.next();
            this.last = event.eventId();
            return ExecutionTable.this.events.decode(event.eventId(), event.eventTime(), event.eventType(),
                    event.format(), event.attributes());
        }

    }

}

package dev.workflow.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineClock;
import dev.workflow.engine.EngineStore.TerminatedRun;
import dev.workflow.engine.Message;
import dev.workflow.engine.ResetPlan;
import dev.workflow.engine.ResetPlan.ChildState;
import dev.workflow.engine.ResetPlan.Later;
import dev.workflow.engine.ResetPlan.Result;
import dev.workflow.engine.ResetPlan.RunEvents;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.Transition;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.ResetOrigin;
import dev.workflow.history.StoredEvents;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.store.ExecutionTable.LockedRun;
import org.jspecify.annotations.Nullable;

/**
 * Makes a run of the first events of another, in one transaction and without an actor.
 * <p>
 * <b>Order.</b> First all locks, none of which is waited for: the run that ends, the
 * parent, the children. Then what came after the copied events is read, by later
 * statements. Then all is written. So where something is in the way nothing was written,
 * and a transaction of the caller's is as good as before. <b>Children.</b> One that the
 * copied events order and that is open becomes the new run's: its key is share-locked, so
 * that it cannot end unseen meanwhile; {@link RelationsWriter} leads its end to the new
 * run. One that the ended run has ordered later ends with it by its policy, at once where
 * that is to terminate, so that the new run may start one of the same id.
 */
final class RunResets {

    /** Children that are ended at once; more of them find a message in their inbox. */
    private static final int CHILDREN = 1_000;

    private static final List<String> LATER = List.of("WorkflowExecutionSignaled", "WorkflowExecutionUpdateAccepted");

    private static final List<String> ANSWERS = List.of("ExternalWorkflowExecutionSignaled",
            "SignalExternalWorkflowExecutionFailed", "ExternalWorkflowExecutionCancelRequested",
            "RequestCancelExternalWorkflowExecutionFailed");

    private final Sessions sessions;

    private final ExecutionTable executions;

    private final ExecutionInserts inserts;

    private final RowInserts rows;

    private final PlaceInserts places;

    private final StoredEvents events;

    RunResets(Sessions sessions, ExecutionTable executions, PayloadCodecs codecs) {
        this.sessions = sessions;
        this.executions = executions;
        this.inserts = new ExecutionInserts(sessions);
        this.rows = new RowInserts(sessions);
        this.places = new PlaceInserts(sessions);
        this.events = new StoredEvents(codecs);
    }

    Result reset(Connection connection, ResetPlan plan) throws SQLException {
        UUID before = madeBefore(connection, plan.execution());
        if (before != null) {
            return new Result.MadeBefore(before);
        }
        Chain chain = chain(connection, plan.baseRunId());
        UUID open = plan.isFork() ? null : open(connection, plan.execution().workflowId());
        List<UUID> wanted = new ArrayList<>(List.of(plan.baseRunId()));
        if (open != null && !open.equals(plan.baseRunId())) {
            wanted.add(open);
        }
        List<LockedRun> locked = lock(connection, wanted, plan.isFork());
        // What was read before the locks may be another by now.
        if (isOneNotLocked(connection, wanted, locked)
                || (!plan.isFork() && !Objects.equals(open, open(connection, plan.execution().workflowId())))) {
            return new Result.Locked();
        }
        Result gone = keepBase(connection, plan);
        if (gone != null) {
            return gone;
        }
        LockedRun ends = locked.stream().filter((run) -> run.runId().equals(open)).findFirst().orElse(null);
        // Of the newest: the parent may have been reset since the base ended.
        UUID parent = (plan.execution().parent() != null) ? parent(connection, chain.runs().getLast()) : null;
        if (parent != null && !lock(connection, parent, "key share")) {
            return new Result.Locked();
        }
        List<ChildState> children = children(connection, plan);
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).isOpen()) {
                if (plan.isFork()) {
                    return new Result.OpenChild(plan.children().get(i).workflowId());
                }
                // Against its own attributes, too: they are in the row that is changed.
                if (!lock(connection, Objects.requireNonNull(children.get(i).runId()), "no key update")) {
                    return new Result.Locked();
                }
            }
        }
        List<LockedRun> orphans = (ends != null) ? lockOrphans(connection, ends.runId(), plan) : List.of();
        if (orphans == null || !children.equals(children(connection, plan))) {
            return new Result.Locked();
        }
        boolean ofChain = ends == null || chain.runs().contains(ends.runId());
        Later later = new Later(later(connection, plan, chain),
                ofChain ? inbox(connection, (ends != null) ? ends.runId() : plan.baseRunId()) : List.of(), children);
        List<Transition.NewMessage> messages = plan.messages().apply(plan, later);
        return write(connection, plan, new Found(chain, ends, parent, orphans, children, messages,
                (ends != null) ? pauseOf(connection, ends) : null));
    }

    /** The run whose child this one is now: its parent may have been reset, too. */
    private @Nullable UUID parent(Connection connection, UUID runId) throws SQLException {
        return Sessions.first(Sessions.query(connection, this.sessions.sql("""
                select parent_run_id from @workflow_execution
                where run_id = ? and parent_run_id is not null"""), (s) -> s.setObject(1, runId),
                (row) -> Sessions.uuid(row, "parent_run_id")));
    }

    private @Nullable UUID madeBefore(Connection connection, Transition.NewExecution run) throws SQLException {
        if (run.requestId() == null) {
            return null;
        }
        return Sessions.first(Sessions.query(connection,
                this.sessions.sql("select run_id from @workflow_execution where request_id = ?"),
                (s) -> s.setString(1, run.requestId()), (row) -> Sessions.uuid(row, "run_id")));
    }

    private record Found(Chain chain, @Nullable LockedRun ends, @Nullable UUID parent, List<LockedRun> orphans,
            List<ChildState> children, List<Transition.NewMessage> messages, @Nullable String pause) {
    }

    /** How the pause of a run is described; null: it is not paused. */
    private @Nullable String pauseOf(Connection connection, LockedRun run) throws SQLException {
        return Sessions.first(Sessions.query(connection,
                this.sessions.sql("select problem from @workflow_task where run_id = ? and resume_at is not null"),
                (s) -> s.setObject(1, run.runId()), (row) -> row.getString("problem")));
    }

    /** What people paused does not go on because it is reset. */
    private void pause(Connection connection, UUID runId, String problem) throws SQLException {
        Sessions.update(connection, this.sessions.sql("""
                update @workflow_task set resume_at = due_at, due_at = ?, problem = ? where run_id = ?"""), (s) -> {
            s.setObject(1, Sessions.time(EngineClock.NEVER));
            s.setString(2, problem);
            s.setObject(3, runId);
        });
        Sessions.update(connection, this.sessions.sql("""
                update @workflow_activity_task
                set paused = paused | 2, due_at = case when cancel_requested then due_at else ? end
                where run_id = ?"""), (s) -> {
            s.setObject(1, Sessions.time(EngineClock.NEVER));
            s.setObject(2, runId);
        });
    }

    private Result write(Connection connection, ResetPlan plan, Found found) throws SQLException {
        List<TerminatedRun> ended = new ArrayList<>();
        LockedRun ends = found.ends();
        if (ends != null) {
            adopt(connection, plan, found.children());
            for (LockedRun orphan : found.orphans()) {
                ended.add(this.executions.end(connection, orphan, null, plan.childEnd().apply(orphan.runId()),
                        plan.now()));
            }
            ended.addFirst(this.executions.end(connection, ends, null, Objects.requireNonNull(plan.end()), plan.now()));
        }
        Transition.Result inserted = this.inserts
            .insert(new Round(this.sessions, connection), List.of(plan.execution()))
            .get(plan.execution().runId());
        if (!(inserted instanceof Transition.Result.Committed)) {
            if (ends != null) {
                throw new StoreException(StoreException.Kind.LOCKED,
                        "Workflow '" + plan.execution().workflowId() + "' was started while it was reset", null);
            }
            return (plan.isFork() && inserted instanceof Transition.Result.StartRefused refused)
                    ? new Result.Exists(refused.runId()) : new Result.Locked();
        }
        if (ends == null) {
            adopt(connection, plan, found.children());
        }
        if (found.parent() != null) {
            adopt(connection, plan.execution().runId(), found.parent());
        }
        copy(connection, plan);
        insertTask(connection, plan);
        insertActivities(connection, plan);
        insertMessages(connection, plan, found.messages());
        if (found.pause() != null) {
            pause(connection, plan.execution().runId(), found.pause());
        }
        if (!plan.isFork()) {
            link(connection, found.chain().runs().getLast(), plan.execution().runId());
        }
        return new Result.Made(ended);
    }

    /**
     * The runs that a run has gone on in, itself first.
     *
     * @param runs their ids
     */
    private record Chain(List<UUID> runs) {
    }

    private Chain chain(Connection connection, UUID runId) throws SQLException {
        return new Chain(Sessions.query(connection, this.sessions.sql("""
                with recursive c as (
                  select run_id, continued_run_id, 1 as place from @workflow_execution where run_id = ?
                  union all
                  select e.run_id, e.continued_run_id, c.place + 1 from c
                  join @workflow_execution e on e.run_id = c.continued_run_id where c.place < 10000)
                select run_id from c order by place"""), (s) -> s.setObject(1, runId),
                (row) -> Sessions.uuid(row, "run_id")));
    }

    private @Nullable UUID open(Connection connection, String workflowId) throws SQLException {
        return Sessions.first(Sessions.query(connection,
                this.sessions
                    .sql("select run_id from @workflow_execution where workflow_id = ? and status = 'RUNNING'"),
                (s) -> s.setString(1, workflowId), (row) -> Sessions.uuid(row, "run_id")));
    }

    /** A fork only keeps the original from going on while it is read. */
    private List<LockedRun> lock(Connection connection, List<UUID> runs, boolean fork) throws SQLException {
        return Sessions.query(connection, this.sessions.sql("""
                select run_id, owner, last_event from @workflow_task where run_id = any(?) order by run_id
                for %s skip locked""".formatted(fork ? "no key update" : "update")),
                (s) -> s.setArray(1, Sessions.uuids(connection, runs)), RunResets::locked);
    }

    private static LockedRun locked(ResultSet row) throws SQLException {
        return new LockedRun(Sessions.uuid(row, "run_id"), row.getLong("owner"), row.getLong("last_event"));
    }

    private boolean isOneNotLocked(Connection connection, List<UUID> wanted, List<LockedRun> locked)
            throws SQLException {
        return Sessions
            .query(connection, this.sessions.sql("select run_id from @workflow_task where run_id = any(?)"),
                    (s) -> s.setArray(1, Sessions.uuids(connection, wanted)), (row) -> Sessions.uuid(row, "run_id"))
            .size() != locked.size();
    }

    /** Locks an open run; true also when it has ended. */
    private boolean lock(Connection connection, UUID runId, String strength) throws SQLException {
        List<UUID> locked = Sessions.query(connection, this.sessions.sql("""
                select run_id from @workflow_task where run_id = ? for %s skip locked""".formatted(strength)),
                (s) -> s.setObject(1, runId), (row) -> Sessions.uuid(row, "run_id"));
        return !locked.isEmpty() || !isOneNotLocked(connection, List.of(runId), List.of());
    }

    /**
     * Keeps the base from being deleted. It has no task row when it has ended, and a
     * deletion takes the last events of a long history first: so while its execution is
     * locked the last event to copy must be there.
     */
    private @Nullable Result keepBase(Connection connection, ResetPlan plan) throws SQLException {
        boolean kept = isOne(connection, "select 1 from @workflow_execution where run_id = ? for key share skip locked",
                (s) -> s.setObject(1, plan.baseRunId()));
        if (!kept && isOne(connection, "select 1 from @workflow_execution where run_id = ?",
                (s) -> s.setObject(1, plan.baseRunId()))) {
            return new Result.Locked();
        }
        boolean whole = kept
                && isOne(connection, "select 1 from @workflow_event where run_id = ? and event_id = ?", (s) -> {
                    s.setObject(1, plan.baseRunId());
                    s.setLong(2, plan.lastEvent());
                });
        return whole ? null : new Result.Deleted();
    }

    private boolean isOne(Connection connection, String sql, Sessions.Binder parameters) throws SQLException {
        return !Sessions.query(connection, this.sessions.sql(sql), parameters, (row) -> true).isEmpty();
    }

    private List<ChildState> children(Connection connection, ResetPlan plan) throws SQLException {
        List<ChildState> states = new ArrayList<>();
        for (ResetPlan.Child child : plan.children()) {
            ChildState state = Sessions.first(Sessions.query(connection, this.sessions.sql("""
                    select run_id, status, result, failure from @workflow_execution
                    where workflow_id = ? and first_run_id = ?
                    order by (status = 'RUNNING') desc, started_at desc, (continued_run_id is null) desc, run_id desc
                    limit 1"""), (s) -> {
                s.setString(1, child.workflowId());
                s.setObject(2, child.firstRunId());
            }, (row) -> new ChildState(Sessions.uuid(row, "run_id"), WorkflowStatus.valueOf(row.getString("status")),
                    row.getString("result"), row.getString("failure"))));
            states.add((state != null) ? state : new ChildState(null, WorkflowStatus.TERMINATED, null, null));
        }
        return states;
    }

    /**
     * Locks the children that end with the run at once; null when that cannot be had.
     */
    private @Nullable List<LockedRun> lockOrphans(Connection connection, UUID parent, ResetPlan plan)
            throws SQLException {
        Set<UUID> kept = plan.children().stream().map(ResetPlan.Child::firstRunId).collect(Collectors.toSet());
        record Orphan(UUID runId, UUID firstRunId) {
        }
        List<UUID> orphans = Sessions.query(connection, this.sessions.sql("""
                select run_id, first_run_id from @workflow_execution
                where parent_run_id = ? and parent_run_id is not null and status = 'RUNNING'
                  and parent_close_policy = ? limit ?"""), (s) -> {
            s.setObject(1, parent);
            s.setString(2, ParentClosePolicy.TERMINATE.name());
            s.setInt(3, CHILDREN);
        }, (row) -> new Orphan(Sessions.uuid(row, "run_id"), Sessions.uuid(row, "first_run_id")))
            .stream()
            .filter((orphan) -> !kept.contains(orphan.firstRunId()))
            .map(Orphan::runId)
            .toList();
        if (orphans.isEmpty()) {
            return List.of();
        }
        List<LockedRun> locked = lock(connection, orphans, false);
        return (locked.size() == orphans.size()) ? locked : null;
    }

    private List<RunEvents> later(Connection connection, ResetPlan plan, Chain chain) throws SQLException {
        List<RunEvents> later = new ArrayList<>();
        List<String> types = new ArrayList<>(plan.keepSignals() ? LATER : List.of());
        List<String> ofBase = new ArrayList<>(types);
        if (!plan.asked().isEmpty()) {
            ofBase.addAll(ANSWERS);
        }
        if (!ofBase.isEmpty()) {
            later.add(events(connection, plan.baseRunId(), plan.lastEvent(), ofBase));
        }
        if (!plan.isFork() && !types.isEmpty()) {
            for (UUID next : chain.runs().subList(1, chain.runs().size())) {
                later.add(ofItsOwn(events(connection, next, 1, types)));
            }
        }
        return later;
    }

    /** Without those that a reset has copied from another run: that one has them. */
    private static RunEvents ofItsOwn(RunEvents run) {
        List<ResetOrigin> resets = run.resets();
        long copied = resets.isEmpty() ? 1 : resets.getLast().eventId();
        return new RunEvents(run.runId(), resets,
                run.events().stream().filter((event) -> event.eventId() > copied).toList());
    }

    /** With the run's first event, which knows where the others come from. */
    private RunEvents events(Connection connection, UUID runId, long after, List<String> types) throws SQLException {
        List<HistoryEvent> found = Sessions.query(connection, this.sessions.sql("""
                select event_id, event_type, event_time, format, attributes from @workflow_event
                where run_id = ? and (event_id = 1 or (event_id > ? and event_type = any(?)))
                order by event_id"""), (s) -> {
            s.setObject(1, runId);
            s.setLong(2, after);
            s.setArray(3, Sessions.texts(connection, types));
        }, (row) -> this.events.decode(row.getLong("event_id"), Sessions.requiredInstant(row, "event_time"),
                row.getString("event_type"), row.getInt("format"), row.getString("attributes")));
        List<ResetOrigin> resets = (!found.isEmpty() && found.getFirst() instanceof WorkflowExecutionStarted started)
                ? started.resets() : List.of();
        return new RunEvents(runId, resets, found.stream().filter((event) -> event.eventId() > after).toList());
    }

    private List<Message> inbox(Connection connection, UUID runId) throws SQLException {
        return Sessions.query(connection, this.sessions.sql("""
                select id, kind, name, dedup_key, payload from @workflow_message
                where run_id = ? and kind in ('SIGNAL', 'UPDATE', 'ANSWER') order by id"""),
                (s) -> s.setObject(1, runId),
                (row) -> new Message(row.getLong("id"), Message.Kind.valueOf(row.getString("kind")),
                        row.getString("name"), row.getString("dedup_key"), row.getString("payload")));
    }

    private void adopt(Connection connection, ResetPlan plan, List<ChildState> children) throws SQLException {
        for (ChildState child : children) {
            if (child.isOpen()) {
                adopt(connection, Objects.requireNonNull(child.runId()), plan.execution().runId());
            }
        }
    }

    private void adopt(Connection connection, UUID child, UUID parent) throws SQLException {
        Sessions.update(connection,
                this.sessions.sql("update @workflow_execution set parent_run_id = ? where run_id = ?"), (s) -> {
                    s.setObject(1, parent);
                    s.setObject(2, child);
                });
    }

    /** As they are stored: nothing is decoded, and what is encrypted stays so. */
    private void copy(Connection connection, ResetPlan plan) throws SQLException {
        Round round = new Round(this.sessions, connection);
        this.rows.insertFirstEvents(round, List.of(plan.execution()));
        round.send();
        int copied = Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                select ?, event_id, event_type, event_time, format, attributes from @workflow_event
                where run_id = ? and event_id between 2 and ?"""), (s) -> {
            s.setObject(1, plan.execution().runId());
            s.setObject(2, plan.baseRunId());
            s.setLong(3, plan.lastEvent());
        });
        if (copied != plan.lastEvent() - 1) {
            throw new StoreException(StoreException.Kind.LOCKED, "Expected events 2 to " + plan.lastEvent() + " of run "
                    + plan.baseRunId() + ", found " + copied + " of them", null);
        }
    }

    private void insertTask(Connection connection, ResetPlan plan) throws SQLException {
        Transition.NewExecution run = plan.execution();
        Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_task
                  (run_id, workflow_type, task_queue, priority, due_at, token, last_event, route, pinned, build_id,
                   fairness_key)
                values (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)"""), (s) -> {
            s.setObject(1, run.runId());
            s.setString(2, run.workflowType());
            s.setString(3, run.taskQueue());
            s.setInt(4, FairnessTable.lane(run.priority(), run.fairnessKey()));
            s.setObject(5, Sessions.time(run.dueAt()));
            s.setLong(6, plan.lastEvent());
            s.setString(7, run.version().route());
            s.setBoolean(8, run.version().pinned());
            s.setString(9, run.version().buildId());
            s.setString(10, run.fairnessKey());
        });
        Round round = new Round(this.sessions, connection);
        if (run.place() != null && isLimited(connection, run.workflowType()) && this.places.enterAgain(round, run)) {
            this.places.hold(round, List.of(run));
            round.send();
        }
    }

    private boolean isLimited(Connection connection, String workflowType) throws SQLException {
        return Sessions.first(Sessions.query(connection, this.sessions.sql("""
                select 1 from @workflow_control where kind = 'WORKFLOW_TYPE' and name = ?
                  and (max_open is not null or max_open_per_key is not null)"""), (s) -> s.setString(1, workflowType),
                (row) -> row.getInt(1))) != null;
    }

    private void insertActivities(Connection connection, ResetPlan plan) throws SQLException {
        Round round = new Round(this.sessions, connection);
        this.rows.insertActivities(round, plan.execution().runId(), plan.activities());
        round.send();
        List<Long> canceled = plan.canceledActivities();
        if (!canceled.isEmpty()) {
            Sessions.update(connection, this.sessions.sql("""
                    update @workflow_activity_task set cancel_requested = true
                    where run_id = ? and scheduled_event_id = any(?)"""), (s) -> {
                s.setObject(1, plan.execution().runId());
                s.setArray(2, Sessions.longs(connection, canceled));
            });
        }
    }

    private void insertMessages(Connection connection, ResetPlan plan, List<Transition.NewMessage> messages)
            throws SQLException {
        if (messages.isEmpty()) {
            return;
        }
        List<@Nullable String> names = new ArrayList<>();
        List<@Nullable String> keys = new ArrayList<>();
        messages.forEach((message) -> {
            names.add(message.name());
            keys.add(message.dedupKey());
        });
        Instant now = plan.now();
        Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                select ?, k, n, d, p, ? from unnest(?::text[], ?::text[], ?::text[], ?::text[])
                  with ordinality as u(k, n, d, p, place)
                order by place
                on conflict do nothing"""), (s) -> {
            s.setObject(1, plan.execution().runId());
            s.setObject(2, Sessions.time(now));
            s.setArray(3, Sessions.texts(connection, messages.stream().map((m) -> m.kind().name()).toList()));
            s.setArray(4, Sessions.texts(connection, names));
            s.setArray(5, Sessions.texts(connection, keys));
            s.setArray(6, Sessions.texts(connection, messages.stream().map(Transition.NewMessage::payload).toList()));
        });
    }

    /** Who waits for the end of the chain goes on waiting in the new run. */
    private void link(Connection connection, UUID last, UUID next) throws SQLException {
        Sessions.update(connection, this.sessions.sql("""
                update @workflow_execution set continued_run_id = ?
                where run_id = ? and continued_run_id is null"""), (s) -> {
            s.setObject(1, next);
            s.setObject(2, last);
        });
    }

}

package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

import dev.workflow.engine.Message;
import dev.workflow.engine.RunVersion;
import dev.workflow.engine.Transition;
import dev.workflow.engine.Transition.Result;
import org.jspecify.annotations.Nullable;

/**
 * Writes a batch of transitions with set-based statements.
 * <p>
 * <b>Fence.</b> The first statement locks and moves the task rows whose owner, token and
 * last event are what the transition expects, passing by rows that somebody holds: it
 * never waits. What it does not return is refused, or locked for a moment. <b>Order.</b>
 * Rows are locked in the order of their run ids. <b>Ends.</b> A run that ends is locked
 * first, and its inbox is looked into by a later statement: a sender holds the row's key
 * while its message is uncommitted, so either the lock is passed by or the message is
 * seen. <b>Others.</b> What transitions do to other runs is the matter of
 * {@link RelationsWriter}; a batch without it has no statement more. <b>Plans.</b> All
 * joins start from arrays and go to primary keys; the sessions forbid other plans, since
 * those flip to scans of the hot table when statistics move.
 */
final class TransitionWriter {

    private final String fence;

    private final String lockClosing;

    private final String compare;

    private final String inbox;

    private final String repoint;

    private final String deleteTasks;

    private final String closeExecutions;

    private final String insertTasks;

    private final String insertFullTasks;

    private final String deleteActivities;

    private final String cancelActivities;

    private final String consume;

    private final String forgetReplies;

    private final String reply;

    private final String attributes;

    private final ExecutionInserts executions;

    private final RowInserts rows;

    private final RelationsWriter relations;

    private final PlaceInserts places;

    TransitionWriter(Sessions sessions) {
        this.executions = new ExecutionInserts(sessions);
        this.rows = new RowInserts(sessions);
        this.places = new PlaceInserts(sessions);
        this.relations = new RelationsWriter(sessions, this.executions, this.rows);
        this.fence = sessions.sql("""
                with f as materialized (
                  select t.run_id, u.n, u.d
                  from unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[])
                       as u(r, o, k, e, n, d)
                  join @workflow_task t on t.run_id = u.r
                  where t.owner = u.o and t.token = u.k and t.last_event = u.e
                  order by t.run_id
                  for no key update of t skip locked)
                update @workflow_task t
                set last_event = f.n, crashes = 0, problem = null, ending_until = null,
                    due_at = coalesce(timestamptz 'epoch' + f.d * interval '1 microsecond', t.due_at)
                from f where t.run_id = f.run_id
                returning t.run_id""");
        this.lockClosing = sessions.sql("""
                select t.run_id
                from unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[]) as u(r, o, k, e)
                join @workflow_task t on t.run_id = u.r
                where t.owner = u.o and t.token = u.k and t.last_event = u.e
                order by t.run_id
                for update of t skip locked""");
        this.compare = sessions
            .sql("select run_id, owner, token, last_event from @workflow_task where run_id = any(?)");
        this.inbox = sessions.sql("select run_id, id, kind from @workflow_message where run_id = any(?)");
        this.repoint = sessions.sql("update @workflow_message set run_id = ? where id = any(?)");
        this.deleteTasks = sessions.sql("delete from @workflow_task where run_id = any(?)");
        this.closeExecutions = sessions.sql("""
                update @workflow_execution e
                set status = u.s, closed_at = timestamptz 'epoch' + u.at * interval '1 microsecond',
                    result = u.res, failure = u.f, history_length = u.h, continued_run_id = u.c
                from unnest(?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::uuid[])
                     as u(r, s, at, res, f, h, c)
                where e.run_id = u.r""");
        this.insertTasks = sessions.sql("""
                insert into @workflow_task
                  (run_id, workflow_type, task_queue, priority, due_at, owner, token, last_event)
                select r, ty, q, p, timestamptz 'epoch' + d * interval '1 microsecond', o, k, n
                from unnest(?::uuid[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::int[], ?::bigint[])
                     as u(r, ty, q, p, d, o, k, n)""");
        this.insertFullTasks = sessions
            .sql("""
                    insert into @workflow_task
                      (run_id, workflow_type, task_queue, priority, due_at, owner, token, last_event, route, pinned, build_id,
                       fairness_key)
                    select r, ty, q, p, timestamptz 'epoch' + d * interval '1 microsecond', o, k, n, b, pin, h, f
                    from unnest(?::uuid[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::int[], ?::bigint[],
                                ?::text[], ?::boolean[], ?::text[], ?::text[])
                         as u(r, ty, q, p, d, o, k, n, b, pin, h, f)""");
        this.deleteActivities = sessions.sql("""
                delete from @workflow_activity_task a
                using unnest(?::uuid[], ?::bigint[]) as u(r, e)
                where a.run_id = u.r and a.scheduled_event_id = u.e""");
        this.cancelActivities = sessions.sql("""
                update @workflow_activity_task a
                set cancel_requested = true,
                    due_at = case when a.owner is null and not a.completes_later then a.scheduled_at else a.due_at end
                from unnest(?::uuid[], ?::bigint[]) as u(r, e)
                where a.run_id = u.r and a.scheduled_event_id = u.e""");
        this.consume = sessions.sql("delete from @workflow_message where id = any(?)");
        this.forgetReplies = sessions.sql("""
                delete from @workflow_message r using @workflow_message m
                where m.id = any(?) and r.run_id = m.run_id and r.kind = 'REPLY' and r.dedup_key = m.dedup_key""");
        this.reply = sessions.sql("""
                update @workflow_message m set kind = 'REPLY', payload = u.p
                from unnest(?::bigint[], ?::text[]) as u(i, p) where m.id = u.i""");
        this.attributes = sessions.sql("""
                update @workflow_execution e set memo = u.m, search_attributes = u.a::jsonb
                from unnest(?::uuid[], ?::text[], ?::text[]) as u(r, m, a) where e.run_id = u.r""");
    }

    List<Result> write(Connection connection, List<Transition> batch) throws SQLException {
        List<Transition> sorted = new ArrayList<>(batch);
        sorted.sort(Comparator.comparing(Transition::runId));
        Map<UUID, Result> results = new HashMap<>();
        List<Transition> related = sorted.stream().filter((t) -> t.relations() != null).toList();
        RelationsWriter.@Nullable Targets targets = null;
        if (!related.isEmpty()) {
            targets = this.relations.lock(connection, sorted, related, results);
            sorted.removeIf((t) -> results.containsKey(t.runId()));
        }
        advance(connection, sorted.stream().filter((t) -> t.start() == null && t.close() == null).toList(), results);
        close(connection, sorted.stream().filter((t) -> t.start() == null && t.close() != null).toList(), results);
        start(connection, sorted.stream().filter((t) -> t.start() != null).toList(), results);
        List<Transition> accepted = sorted.stream()
            .filter((t) -> results.get(t.runId()) instanceof Result.Committed)
            .filter((t) -> !alreadyWritten(results.get(t.runId())))
            .toList();
        end(connection, accepted.stream().filter((t) -> t.close() != null).toList());
        details(connection, accepted);
        if (targets != null) {
            this.relations.write(connection, accepted.stream().filter((t) -> t.relations() != null).toList(), targets,
                    this::insertUnowned);
        }
        return batch.stream().map((t) -> results.getOrDefault(t.runId(), new Result.Refused())).toList();
    }

    /** Marks a transition that an earlier try had written. */
    static final Result.Committed WRITTEN_BEFORE = new Result.Committed();

    private static boolean alreadyWritten(@Nullable Result result) {
        return result == WRITTEN_BEFORE;
    }

    private void advance(Connection connection, List<Transition> transitions, Map<UUID, Result> results)
            throws SQLException {
        if (transitions.isEmpty()) {
            return;
        }
        List<UUID> moved = Sessions.query(connection, this.fence, (s) -> {
            s.setArray(1, Sessions.uuids(connection, transitions.stream().map(Transition::runId).toList()));
            s.setArray(2, Sessions.longs(connection, transitions.stream().map(Transition::owner).toList()));
            s.setArray(3, Sessions.ints(connection, transitions.stream().map(Transition::token).toList()));
            s.setArray(4, Sessions.longs(connection, transitions.stream().map(Transition::expectedLastEvent).toList()));
            s.setArray(5, Sessions.longs(connection, transitions.stream().map(Transition::lastEvent).toList()));
            List<@Nullable Long> dues = new ArrayList<>();
            transitions.forEach((t) -> dues.add((t.dueAt() != null) ? Sessions.micros(t.dueAt()) : null));
            s.setArray(6, Sessions.longs(connection, dues));
        }, (row) -> row.getObject(1, UUID.class));
        settle(connection, transitions, moved, results);
    }

    /**
     * Commits what the fence returned; tells apart, for the others, a lost run from a
     * locked row.
     */
    private void settle(Connection connection, List<Transition> transitions, List<UUID> passed,
            Map<UUID, Result> results) throws SQLException {
        Set<UUID> known = new HashSet<>(passed);
        passed.forEach((id) -> results.put(id, new Result.Committed()));
        Map<UUID, Transition> missing = new LinkedHashMap<>();
        transitions.stream().filter((t) -> !known.contains(t.runId())).forEach((t) -> missing.put(t.runId(), t));
        if (missing.isEmpty()) {
            return;
        }
        missing.keySet().forEach((id) -> results.put(id, new Result.Refused()));
        Sessions.query(connection, this.compare,
                (s) -> s.setArray(1, Sessions.uuids(connection, List.copyOf(missing.keySet()))), (row) -> {
                    Transition transition = Objects.requireNonNull(missing.get(Sessions.uuid(row, "run_id")));
                    boolean mine = row.getLong("owner") == transition.owner()
                            && row.getInt("token") == transition.token();
                    long lastEvent = row.getLong("last_event");
                    if (mine && lastEvent == transition.expectedLastEvent()) {
                        results.put(transition.runId(), new Result.Locked());
                    }
                    else if (mine && lastEvent == transition.lastEvent() && transition.close() == null) {
                        results.put(transition.runId(), WRITTEN_BEFORE);
                    }
                    return transition;
                });
    }

    private void close(Connection connection, List<Transition> transitions, Map<UUID, Result> results)
            throws SQLException {
        if (transitions.isEmpty()) {
            return;
        }
        List<UUID> locked = Sessions.query(connection, this.lockClosing, (s) -> {
            s.setArray(1, Sessions.uuids(connection, transitions.stream().map(Transition::runId).toList()));
            s.setArray(2, Sessions.longs(connection, transitions.stream().map(Transition::owner).toList()));
            s.setArray(3, Sessions.ints(connection, transitions.stream().map(Transition::token).toList()));
            s.setArray(4, Sessions.longs(connection, transitions.stream().map(Transition::expectedLastEvent).toList()));
        }, (row) -> row.getObject(1, UUID.class));
        settle(connection, transitions, locked, results);
        if (locked.isEmpty()) {
            return;
        }
        Map<UUID, List<Long>> waiting = new HashMap<>();
        Set<UUID> continued = new HashSet<>();
        transitions.stream().filter((t) -> t.next() != null).forEach((t) -> continued.add(t.runId()));
        Map<UUID, List<Long>> pointless = new HashMap<>();
        Sessions.query(connection, this.inbox, (s) -> s.setArray(1, Sessions.uuids(connection, locked)), (row) -> {
            UUID run = Sessions.uuid(row, "run_id");
            Message.Kind kind = Message.Kind.valueOf(row.getString("kind"));
            switch (leftOver(kind, continued.contains(run))) {
                case COUNTS -> waiting.computeIfAbsent(run, (r) -> new ArrayList<>()).add(row.getLong("id"));
                case POINTLESS -> pointless.computeIfAbsent(run, (r) -> new ArrayList<>()).add(row.getLong("id"));
                case STAYS -> {
                    // Its sender reads or repeats it.
                }
            }
            return kind;
        });
        for (Transition transition : transitions) {
            List<Long> left = waiting.get(transition.runId());
            if (left == null || !(results.get(transition.runId()) instanceof Result.Committed)) {
                continue;
            }
            left.removeAll(Set.copyOf(transition.consumedMessages()));
            left.removeAll(transition.replies().keySet());
            if (left.isEmpty()) {
                continue;
            }
            if (transition.next() == null) {
                results.put(transition.runId(), new Result.InboxNotEmpty());
            }
            else {
                UUID next = transition.next().runId();
                Sessions.update(connection, this.repoint, (s) -> {
                    s.setObject(1, next);
                    s.setArray(2, Sessions.longs(connection, left));
                });
            }
        }
        // A run that does not end after all may still need them.
        pointless.keySet().removeIf((run) -> !(results.get(run) instanceof Result.Committed));
        if (!pointless.isEmpty()) {
            List<Long> ids = pointless.values().stream().flatMap(List::stream).toList();
            Sessions.update(connection, this.consume, (s) -> s.setArray(1, Sessions.longs(connection, ids)));
        }
    }

    private enum LeftOver {

        COUNTS, POINTLESS, STAYS

    }

    /**
     * What a message means that is left when a run ends: it keeps the run from ending, or
     * goes with it into the next run; or it concerns only this run and nobody waits for
     * it any more.
     */
    private static LeftOver leftOver(Message.Kind kind, boolean continued) {
        return switch (kind) {
            case SIGNAL, UPDATE, CANCEL -> LeftOver.COUNTS;
            // A result keeps the run from ending, but means nothing to the next one.
            case ACTIVITY -> continued ? LeftOver.POINTLESS : LeftOver.COUNTS;
            // It was done to this run, and belongs to its history.
            case OPERATOR -> continued ? LeftOver.POINTLESS : LeftOver.COUNTS;
            case CHILD, ANSWER -> LeftOver.POINTLESS;
            case TERMINATE -> continued ? LeftOver.COUNTS : LeftOver.STAYS;
            case REPLY -> LeftOver.STAYS;
        };
    }

    private void start(Connection connection, List<Transition> transitions, Map<UUID, Result> results)
            throws SQLException {
        if (transitions.isEmpty()) {
            return;
        }
        List<Transition.NewExecution> starts = new ArrayList<>();
        transitions.forEach((t) -> starts.add(Objects.requireNonNull(t.start())));
        results.putAll(this.executions.insert(connection, starts));
        List<Transition> open = transitions.stream()
            .filter((t) -> results.get(t.runId()) instanceof Result.Committed && t.close() == null)
            .filter((t) -> !alreadyWritten(results.get(t.runId())))
            .toList();
        List<TaskRow> tasks = new ArrayList<>();
        for (Transition transition : open) {
            Transition.NewExecution start = Objects.requireNonNull(transition.start());
            tasks.add(new TaskRow(start, (transition.dueAt() != null) ? transition.dueAt() : start.dueAt(),
                    (transition.owner() != 0) ? transition.owner() : null, transition.token(), transition.lastEvent()));
        }
        for (UUID waiting : insertTasks(connection, tasks, true)) {
            results.put(waiting, new Result.Committed(true));
        }
    }

    private record TaskRow(Transition.NewExecution execution, Instant dueAt, @Nullable Long owner, int token,
            long lastEvent) {
    }

    /**
     * Returns those that wait for a place in the limit of their type.
     * @param mayTake whether they may take one in this transaction
     */
    private Set<UUID> insertTasks(Connection connection, List<TaskRow> tasks, boolean mayTake) throws SQLException {
        if (tasks.isEmpty()) {
            return Set.of();
        }
        List<Transition.NewExecution> placed = tasks.stream()
            .map(TaskRow::execution)
            .filter((execution) -> execution.place() != null)
            .toList();
        Set<UUID> waiting = placed.isEmpty() ? Set.of() : this.places.enter(connection, placed, mayTake);
        insertTasks(connection, tasks);
        this.places.hold(connection,
                placed.stream().filter((execution) -> waiting.contains(execution.runId())).toList());
        return waiting;
    }

    private void insertTasks(Connection connection, List<TaskRow> tasks) throws SQLException {
        List<RunVersion> versions = tasks.stream().map((t) -> t.execution().version()).toList();
        boolean full = versions.stream().anyMatch((v) -> !v.isNone())
                || tasks.stream().anyMatch((t) -> t.execution().fairnessKey() != null);
        Sessions.update(connection, full ? this.insertFullTasks : this.insertTasks, (s) -> {
            s.setArray(1, Sessions.uuids(connection, tasks.stream().map((t) -> t.execution().runId()).toList()));
            s.setArray(2, Sessions.texts(connection, tasks.stream().map((t) -> t.execution().workflowType()).toList()));
            s.setArray(3, Sessions.texts(connection, tasks.stream().map((t) -> t.execution().taskQueue()).toList()));
            s.setArray(4,
                    Sessions.ints(connection,
                            tasks.stream()
                                .map((t) -> FairnessTable.lane(t.execution().priority(), t.execution().fairnessKey()))
                                .toList()));
            s.setArray(5, Sessions.longs(connection, tasks.stream().map((t) -> Sessions.micros(t.dueAt())).toList()));
            List<@Nullable Long> owners = new ArrayList<>();
            tasks.forEach((t) -> owners.add(t.owner()));
            s.setArray(6, Sessions.longs(connection, owners));
            s.setArray(7, Sessions.ints(connection, tasks.stream().map(TaskRow::token).toList()));
            s.setArray(8, Sessions.longs(connection, tasks.stream().map(TaskRow::lastEvent).toList()));
            if (full) {
                s.setArray(9, Sessions.texts(connection, versions.stream().map(RunVersion::route).toList()));
                s.setArray(10, Sessions.booleans(connection, versions.stream().map(RunVersion::pinned).toList()));
                s.setArray(11, Sessions.texts(connection, versions.stream().map(RunVersion::buildId).toList()));
                s.setArray(12,
                        Sessions.texts(connection, tasks.stream().map((t) -> t.execution().fairnessKey()).toList()));
            }
        });
    }

    private void insertUnowned(Connection connection, List<Transition.NewExecution> executions) throws SQLException {
        insertUnowned(connection, executions, true);
    }

    private Set<UUID> insertUnowned(Connection connection, List<Transition.NewExecution> executions, boolean mayTake)
            throws SQLException {
        return insertTasks(connection, executions.stream().map((e) -> new TaskRow(e, e.dueAt(), null, 0, 1)).toList(),
                mayTake);
    }

    /** Inserts one run that nobody has advanced yet: in the transaction of a caller. */
    Result startIn(Connection connection, Transition.NewExecution execution) throws SQLException {
        Result result = this.executions.insert(connection, List.of(execution)).get(execution.runId());
        if (result instanceof Result.Committed && !alreadyWritten(result)) {
            Set<UUID> waiting = insertUnowned(connection, List.of(execution), false);
            this.rows.insertFirstEvents(connection, List.of(execution));
            return new Result.Committed(!waiting.isEmpty());
        }
        return (result != null) ? result : new Result.Refused();
    }

    /** Starts runs that nobody advances yet; by their id what became of each. */
    Map<UUID, Result> startIn(Connection connection, List<Transition.NewExecution> executions) throws SQLException {
        Map<UUID, Result> results = this.executions.insert(connection, executions);
        List<Transition.NewExecution> started = executions.stream()
            .filter((execution) -> results.get(execution.runId()) instanceof Result.Committed)
            .toList();
        for (UUID waiting : insertUnowned(connection, started, false)) {
            results.put(waiting, new Result.Committed(true));
        }
        this.rows.insertFirstEvents(connection, started);
        return results;
    }

    private void end(Connection connection, List<Transition> closing) throws SQLException {
        if (closing.isEmpty()) {
            return;
        }
        Sessions.update(connection, this.deleteTasks,
                (s) -> s.setArray(1, Sessions.uuids(connection, closing.stream().map(Transition::runId).toList())));
        Sessions.update(connection, this.closeExecutions, (s) -> {
            List<Transition.Close> ends = new ArrayList<>();
            closing.forEach((t) -> ends.add(Objects.requireNonNull(t.close())));
            s.setArray(1, Sessions.uuids(connection, closing.stream().map(Transition::runId).toList()));
            s.setArray(2, Sessions.texts(connection, ends.stream().map((c) -> c.status().name()).toList()));
            s.setArray(3, Sessions.longs(connection, ends.stream().map((c) -> Sessions.micros(c.closedAt())).toList()));
            s.setArray(4, Sessions.texts(connection, ends.stream().map(Transition.Close::result).toList()));
            s.setArray(5, Sessions.texts(connection, ends.stream().map(Transition.Close::failure).toList()));
            s.setArray(6, Sessions.longs(connection, closing.stream().map(Transition::lastEvent).toList()));
            s.setArray(7, Sessions.uuids(connection,
                    closing.stream().map((t) -> (t.next() != null) ? t.next().runId() : null).toList()));
        });
        List<Transition.NewExecution> next = new ArrayList<>();
        closing.forEach((t) -> {
            if (t.next() != null) {
                next.add(t.next());
            }
        });
        if (!next.isEmpty()) {
            this.executions.insert(connection, next);
            insertUnowned(connection, next);
            this.rows.insertFirstEvents(connection, next);
        }
    }

    private void details(Connection connection, List<Transition> accepted) throws SQLException {
        if (accepted.isEmpty()) {
            return;
        }
        this.rows.insertEvents(connection, accepted);
        this.rows.insertActivities(connection, accepted);
        keyed(connection, this.deleteActivities, accepted, Transition::endedActivities);
        keyed(connection, this.cancelActivities, accepted, Transition::canceledActivities);
        List<Long> consumed = new ArrayList<>();
        Map<Long, String> replies = new LinkedHashMap<>();
        List<Transition> changed = new ArrayList<>();
        for (Transition transition : accepted) {
            consumed.addAll(transition.consumedMessages());
            replies.putAll(transition.replies());
            if (transition.attributes() != null) {
                changed.add(transition);
            }
        }
        if (!consumed.isEmpty()) {
            Sessions.update(connection, this.consume, (s) -> s.setArray(1, Sessions.longs(connection, consumed)));
        }
        if (!replies.isEmpty()) {
            // An answer to the same update id that nobody has fetched gives way to this
            // one.
            Sessions.update(connection, this.forgetReplies,
                    (s) -> s.setArray(1, Sessions.longs(connection, List.copyOf(replies.keySet()))));
            Sessions.update(connection, this.reply, (s) -> {
                s.setArray(1, Sessions.longs(connection, List.copyOf(replies.keySet())));
                s.setArray(2, Sessions.texts(connection, List.copyOf(replies.values())));
            });
        }
        if (!changed.isEmpty()) {
            Sessions.update(connection, this.attributes, (s) -> {
                s.setArray(1, Sessions.uuids(connection, changed.stream().map(Transition::runId).toList()));
                s.setArray(2, Sessions.texts(connection,
                        changed.stream().map((t) -> (t.attributes() != null) ? t.attributes().memo() : null).toList()));
                s.setArray(3,
                        Sessions.texts(connection,
                                changed.stream()
                                    .map((t) -> (t.attributes() != null) ? t.attributes().searchAttributes() : null)
                                    .toList()));
            });
        }
    }

    private static void keyed(Connection connection, String sql, List<Transition> transitions,
            Function<Transition, List<Long>> ids) throws SQLException {
        List<UUID> runs = new ArrayList<>();
        List<Long> events = new ArrayList<>();
        for (Transition transition : transitions) {
            for (Long id : ids.apply(transition)) {
                runs.add(transition.runId());
                events.add(id);
            }
        }
        if (!runs.isEmpty()) {
            Sessions.update(connection, sql, (s) -> {
                s.setArray(1, Sessions.uuids(connection, runs));
                s.setArray(2, Sessions.longs(connection, events));
            });
        }
    }

}

package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
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
 * never waits. What it does not return is refused, or locked for a moment; what it
 * returns as waiting was made without a look into an inbox that has something.
 * <b>Order.</b> Rows are locked in the order of their run ids. <b>Ends.</b> A run that
 * ends is locked first, and its inbox is looked into by a later statement: a sender holds
 * the row's key while its message is uncommitted, so either the lock is passed by or the
 * message is seen. <b>Others.</b> What transitions do to other runs is the matter of
 * {@link RelationsWriter}; a batch without it has no statement more. <b>Plans.</b> All
 * joins start from arrays and go to primary keys; the sessions forbid other plans, since
 * those flip to scans of the hot table when statistics move.
 */
final class TransitionWriter {

    private static final String ADVANCE = """
            set last_event = f.n, crashes = 0, problem = null, ending_until = null,
                due_at = coalesce(timestamptz 'epoch' + f.d * interval '1 microsecond', t.due_at)
            from f where t.run_id = any(array[f.run_id])""";

    private static final String OF_MESSAGES = "where m.run_id = any(array[u.r]) and m.id = u.i";

    private final Sessions sessions;

    private final String fence;

    private final String fenceUnread;

    private final String lockClosing;

    private final String compare;

    private final String inbox;

    private final String repoint;

    private final String holdOff;

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
        this.sessions = sessions;
        this.executions = new ExecutionInserts(sessions);
        this.rows = new RowInserts(sessions);
        this.places = new PlaceInserts(sessions);
        this.relations = new RelationsWriter(sessions, this.executions, this.rows);
        this.fence = sessions.sql("""
                with f as materialized (
                  select t.run_id, u.n, u.d
                  from unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[])
                       as u(r, o, k, e, n, d)
                  join @workflow_task t on t.run_id = any(array[u.r])
                  where t.owner = u.o and t.token = u.k and t.last_event = u.e
                  order by u.r
                  for no key update of t skip locked)
                update @workflow_task t %s
                returning t.run_id, false as waits""".formatted(ADVANCE));
        this.fenceUnread = sessions.sql("""
                with f as materialized (
                  select t.run_id, u.n, u.d, u.g and exists (
                    select 1 from @workflow_message i where i.run_id = any(array[u.r])
                      and i.%s and i.id <> all(?)) as waits
                  from unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::boolean[])
                       as u(r, o, k, e, n, d, g)
                  join @workflow_task t on t.run_id = any(array[u.r])
                  where t.owner = u.o and t.token = u.k and t.last_event = u.e
                  order by u.r
                  for no key update of t skip locked),
                m as (
                  update @workflow_task t %s and not f.waits)
                select run_id, waits from f""".formatted(MessageTable.INPUT, ADVANCE));
        this.lockClosing = sessions.sql("""
                select t.run_id
                from unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[]) as u(r, o, k, e)
                join @workflow_task t on t.run_id = any(array[u.r])
                where t.owner = u.o and t.token = u.k and t.last_event = u.e
                order by u.r
                for update of t skip locked""");
        this.compare = sessions
            .sql("select run_id, owner, token, last_event from @workflow_task where run_id = any(?)");
        this.inbox = sessions.sql("select run_id, id, kind::name as kind from @workflow_message where run_id = any(?)");
        this.repoint = sessions.sql("""
                update @workflow_message m set run_id = u.n
                from unnest(?::uuid[], ?::bigint[], ?::uuid[]) as u(r, i, n) %s""".formatted(OF_MESSAGES));
        // Where senders were held off so that a run could go on in the next one, they are
        // until that is claimed: each of them would keep it from being claimed, too.
        this.holdOff = sessions.sql("""
                update @workflow_task n set ending_until = o.ending_until
                from unnest(?::uuid[], ?::uuid[]) as u(o, n)
                join @workflow_task o on o.run_id = any(array[u.o])
                where n.run_id = any(array[u.n]) and o.ending_until > clock_timestamp()""");
        this.deleteTasks = sessions.sql("delete from @workflow_task where run_id = any(?)");
        this.closeExecutions = sessions.sql("""
                update @workflow_execution e
                set status = u.s, closed_at = timestamptz 'epoch' + u.at * interval '1 microsecond',
                    result = u.res, failure = u.f, history_length = u.h, continued_run_id = u.c
                from unnest(?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::uuid[])
                     as u(r, s, at, res, f, h, c)
                where e.run_id = any(array[u.r])""");
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
                where a.run_id = any(array[u.r]) and a.scheduled_event_id = u.e""");
        this.cancelActivities = sessions.sql("""
                update @workflow_activity_task a
                set cancel_requested = true,
                    due_at = case when a.owner is null and not a.completes_later then a.scheduled_at else a.due_at end
                from unnest(?::uuid[], ?::bigint[]) as u(r, e)
                where a.run_id = any(array[u.r]) and a.scheduled_event_id = u.e""");
        this.consume = sessions.sql("""
                delete from @workflow_message m
                using unnest(?::uuid[], ?::bigint[]) as u(r, i) %s""".formatted(OF_MESSAGES));
        this.forgetReplies = sessions
            .sql("""
                    delete from @workflow_message m
                    using unnest(?::uuid[], ?::bigint[]) as u(r, i)
                    where m.run_id = any(array[u.r]) and m.kind = 'REPLY' and m.id <> u.i
                      and m.dedup_key = (select a.dedup_key from @workflow_message a where a.run_id = u.r and a.id = u.i)""");
        this.reply = sessions.sql("""
                update @workflow_message m set kind = 'REPLY', payload = u.p
                from unnest(?::uuid[], ?::bigint[], ?::text[]) as u(r, i, p) %s""".formatted(OF_MESSAGES));
        this.attributes = sessions.sql("""
                update @workflow_execution e set memo = u.m, search_attributes = u.a::jsonb
                from unnest(?::uuid[], ?::text[], ?::text[]) as u(r, m, a)
                where e.run_id = any(array[u.r])""");
    }

    /** Writes them and commits. */
    List<Result> write(Connection connection, List<Transition> batch) throws SQLException {
        List<Transition> sorted = new ArrayList<>(batch);
        sorted.sort(Comparator.comparing(Transition::runId));
        Map<UUID, Result> results = new HashMap<>();
        List<Transition> related = sorted.stream().filter((t) -> t.relations() != null).toList();
        Round round = new Round(this.sessions, connection);
        RelationsWriter.@Nullable Targets targets = null;
        if (!related.isEmpty()) {
            targets = this.relations.lock(round, sorted, related, results);
            sorted.removeIf((t) -> results.containsKey(t.runId()));
        }
        admit(round, sorted, results);
        List<Transition> accepted = sorted.stream().filter((t) -> isAccepted(t, results)).toList();
        begin(round, accepted.stream().filter((t) -> t.start() != null && t.close() == null).toList(), results);
        end(round, accepted.stream().filter((t) -> t.close() != null).toList());
        details(round, accepted);
        if (targets != null) {
            this.relations.write(round, accepted.stream().filter((t) -> t.relations() != null).toList(), targets,
                    this::insertUnowned);
        }
        round.sendAndCommit();
        return batch.stream().map((t) -> results.getOrDefault(t.runId(), new Result.Refused())).toList();
    }

    /** Marks a transition that an earlier try had written. */
    static final Result.Committed WRITTEN_BEFORE = new Result.Committed();

    private static boolean isAccepted(Transition transition, Map<UUID, Result> results) {
        Result result = results.get(transition.runId());
        return result instanceof Result.Committed && result != WRITTEN_BEFORE;
    }

    /**
     * Asks, in one round, which transitions may be written: what nobody else has moved or
     * holds, and what nothing stands in the way of.
     */
    private void admit(Round round, List<Transition> transitions, Map<UUID, Result> results) throws SQLException {
        List<Transition> advancing = transitions.stream()
            .filter((t) -> t.start() == null && t.close() == null)
            .toList();
        List<Transition> closing = transitions.stream().filter((t) -> t.start() == null && t.close() != null).toList();
        List<Transition> starting = transitions.stream().filter((t) -> t.start() != null).toList();
        List<Transition.NewExecution> starts = new ArrayList<>();
        starting.forEach((t) -> starts.add(Objects.requireNonNull(t.start())));
        Round.@Nullable Answer<Fenced> moved = advancing.isEmpty() ? null : advance(round, advancing);
        Round.@Nullable Answer<UUID> locked = closing.isEmpty() ? null : lock(round, closing);
        Round.@Nullable Answer<UUID> inserted = starts.isEmpty() ? null : this.executions.addTo(round, starts);
        // The last, since its rows may be many: nothing is sent while they come back.
        Round.@Nullable Answer<Waiting> inbox = closing.isEmpty() ? null : inbox(round, closing);
        round.send();
        if (moved != null) {
            settle(round, advancing, moved.rows().stream().map(Fenced::runId).toList(), results);
            moved.rows()
                .stream()
                .filter(Fenced::waits)
                .forEach((fenced) -> results.put(fenced.runId(), new Result.InboxNotEmpty()));
        }
        if (locked != null && inbox != null) {
            settle(round, closing, locked.rows(), results);
            refuseUnread(closing, inbox.rows(), results);
            leave(round, closing, inbox.rows(), results);
        }
        if (inserted != null) {
            results.putAll(this.executions.settle(round, starts, inserted.rows()));
        }
    }

    /**
     * A run whose row is as it was expected, and held now.
     *
     * @param runId the run
     * @param waits whether it does not advance, since something waits in an inbox that
     * was left unread
     */
    private record Fenced(UUID runId, boolean waits) {
    }

    private Round.Answer<Fenced> advance(Round round, List<Transition> transitions) throws SQLException {
        List<@Nullable Long> dues = new ArrayList<>();
        transitions.forEach((t) -> dues.add((t.dueAt() != null) ? Sessions.micros(t.dueAt()) : null));
        boolean unread = transitions.stream().anyMatch(Transition::inboxUnread);
        List<Object> values = new ArrayList<>();
        if (unread) {
            values.add(round.longs(transitions.stream().flatMap((t) -> t.consumedMessages().stream()).toList()));
        }
        values.add(round.uuids(transitions.stream().map(Transition::runId).toList()));
        values.add(round.longs(transitions.stream().map(Transition::owner).toList()));
        values.add(round.ints(transitions.stream().map(Transition::token).toList()));
        values.add(round.longs(transitions.stream().map(Transition::expectedLastEvent).toList()));
        values.add(round.longs(transitions.stream().map(Transition::lastEvent).toList()));
        values.add(round.longs(dues));
        if (unread) {
            values.add(round.booleans(transitions.stream().map(Transition::inboxUnread).toList()));
        }
        return round.query(unread ? this.fenceUnread : this.fence,
                (row) -> new Fenced(Sessions.uuid(row, "run_id"), row.getBoolean("waits")), values.toArray());
    }

    private Round.Answer<UUID> lock(Round round, List<Transition> closing) throws SQLException {
        return round.query(this.lockClosing, (row) -> row.getObject(1, UUID.class),
                round.uuids(closing.stream().map(Transition::runId).toList()),
                round.longs(closing.stream().map(Transition::owner).toList()),
                round.ints(closing.stream().map(Transition::token).toList()),
                round.longs(closing.stream().map(Transition::expectedLastEvent).toList()));
    }

    /** What waits in an inbox. */
    private record Waiting(UUID runId, long id, Message.Kind kind) {
    }

    private Round.Answer<Waiting> inbox(Round round, List<Transition> closing) throws SQLException {
        return round.query(this.inbox,
                (row) -> new Waiting(Sessions.uuid(row, "run_id"), row.getLong("id"),
                        Message.Kind.valueOf(row.getString("kind"))),
                round.uuids(closing.stream().map(Transition::runId).toList()));
    }

    /**
     * Commits what passed the fence; tells apart, for the others, a lost run from a
     * locked row.
     */
    private void settle(Round round, List<Transition> transitions, List<UUID> passed, Map<UUID, Result> results)
            throws SQLException {
        Set<UUID> known = new HashSet<>(passed);
        passed.forEach((id) -> results.put(id, new Result.Committed()));
        Map<UUID, Transition> missing = new LinkedHashMap<>();
        transitions.stream().filter((t) -> !known.contains(t.runId())).forEach((t) -> missing.put(t.runId(), t));
        if (missing.isEmpty()) {
            return;
        }
        missing.keySet().forEach((id) -> results.put(id, new Result.Refused()));
        round.fetch(this.compare, (row) -> {
            Transition transition = Objects.requireNonNull(missing.get(Sessions.uuid(row, "run_id")));
            boolean mine = row.getLong("owner") == transition.owner() && row.getInt("token") == transition.token();
            long lastEvent = row.getLong("last_event");
            if (mine && lastEvent == transition.expectedLastEvent()) {
                results.put(transition.runId(), new Result.Locked());
            }
            else if (mine && lastEvent == transition.lastEvent() && transition.close() == null) {
                results.put(transition.runId(), WRITTEN_BEFORE);
            }
            return transition;
        }, round.uuids(List.copyOf(missing.keySet())));
    }

    /**
     * An end that was made without a look into the inbox is not written while anything
     * waits there, also what would go on in the next run: it comes before the end. Only
     * who holds the row knows: what was sent before may still be on its way.
     */
    private static void refuseUnread(List<Transition> closing, List<Waiting> inbox, Map<UUID, Result> results) {
        Map<UUID, Transition> unread = new HashMap<>();
        closing.stream()
            .filter((t) -> t.inboxUnread() && results.get(t.runId()) instanceof Result.Committed)
            .forEach((t) -> unread.put(t.runId(), t));
        for (Waiting message : inbox) {
            Transition transition = unread.get(message.runId());
            boolean waits = message.kind() != Message.Kind.REPLY && message.kind() != Message.Kind.TERMINATE;
            if (transition != null && waits && !transition.consumedMessages().contains(message.id())) {
                results.put(message.runId(), new Result.InboxNotEmpty());
            }
        }
    }

    /** What the inboxes of runs that end still hold. */
    private void leave(Round round, List<Transition> closing, List<Waiting> inbox, Map<UUID, Result> results)
            throws SQLException {
        Set<UUID> continued = new HashSet<>();
        closing.stream().filter((t) -> t.next() != null).forEach((t) -> continued.add(t.runId()));
        Map<UUID, List<Long>> waiting = new HashMap<>();
        Map<UUID, List<Long>> pointless = new HashMap<>();
        for (Waiting message : inbox) {
            UUID run = message.runId();
            switch (leftOver(message.kind(), continued.contains(run))) {
                case COUNTS -> waiting.computeIfAbsent(run, (r) -> new ArrayList<>()).add(message.id());
                case POINTLESS -> pointless.computeIfAbsent(run, (r) -> new ArrayList<>()).add(message.id());
                case STAYS -> {
                    // Its sender reads or repeats it.
                }
            }
        }
        RunKeys moved = new RunKeys();
        List<UUID> movedTo = new ArrayList<>();
        for (Transition transition : closing) {
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
                moved.add(transition.runId(), left);
                movedTo.addAll(Collections.nCopies(left.size(), transition.next().runId()));
            }
        }
        moved.update(round, this.repoint, round.uuids(movedTo));
        RunKeys consumed = new RunKeys();
        pointless.forEach((run, messages) -> {
            // A run that does not end after all may still need them.
            if (results.get(run) instanceof Result.Committed) {
                consumed.add(run, messages);
            }
        });
        consumed.update(round, this.consume);
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

    /** Rows for those that have begun and not ended at once. */
    private void begin(Round round, List<Transition> starting, Map<UUID, Result> results) throws SQLException {
        List<TaskRow> tasks = new ArrayList<>();
        for (Transition transition : starting) {
            Transition.NewExecution start = Objects.requireNonNull(transition.start());
            tasks.add(new TaskRow(start, (transition.dueAt() != null) ? transition.dueAt() : start.dueAt(),
                    (transition.owner() != 0) ? transition.owner() : null, transition.token(), transition.lastEvent()));
        }
        for (UUID waiting : insertTasks(round, tasks, true)) {
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
    private Set<UUID> insertTasks(Round round, List<TaskRow> tasks, boolean mayTake) throws SQLException {
        if (tasks.isEmpty()) {
            return Set.of();
        }
        List<Transition.NewExecution> placed = tasks.stream()
            .map(TaskRow::execution)
            .filter((execution) -> execution.place() != null)
            .toList();
        Set<UUID> waiting = placed.isEmpty() ? Set.of() : this.places.enter(round, placed, mayTake);
        insertTasks(round, tasks);
        this.places.hold(round, placed.stream().filter((execution) -> waiting.contains(execution.runId())).toList());
        return waiting;
    }

    private void insertTasks(Round round, List<TaskRow> tasks) throws SQLException {
        List<RunVersion> versions = tasks.stream().map((t) -> t.execution().version()).toList();
        boolean full = versions.stream().anyMatch((v) -> !v.isNone())
                || tasks.stream().anyMatch((t) -> t.execution().fairnessKey() != null);
        List<@Nullable Long> owners = new ArrayList<>();
        tasks.forEach((t) -> owners.add(t.owner()));
        List<@Nullable Object> values = new ArrayList<>();
        values.add(round.uuids(tasks.stream().map((t) -> t.execution().runId()).toList()));
        values.add(round.texts(tasks.stream().map((t) -> t.execution().workflowType()).toList()));
        values.add(round.texts(tasks.stream().map((t) -> t.execution().taskQueue()).toList()));
        values.add(round.ints(tasks.stream()
            .map((t) -> FairnessTable.lane(t.execution().priority(), t.execution().fairnessKey()))
            .toList()));
        values.add(round.longs(tasks.stream().map((t) -> Sessions.micros(t.dueAt())).toList()));
        values.add(round.longs(owners));
        values.add(round.ints(tasks.stream().map(TaskRow::token).toList()));
        values.add(round.longs(tasks.stream().map(TaskRow::lastEvent).toList()));
        if (full) {
            values.add(round.texts(versions.stream().map(RunVersion::route).toList()));
            values.add(round.booleans(versions.stream().map(RunVersion::pinned).toList()));
            values.add(round.texts(versions.stream().map(RunVersion::buildId).toList()));
            values.add(round.texts(tasks.stream().map((t) -> t.execution().fairnessKey()).toList()));
        }
        round.update(full ? this.insertFullTasks : this.insertTasks, values.toArray());
    }

    private void insertUnowned(Round round, List<Transition.NewExecution> executions) throws SQLException {
        insertUnowned(round, executions, true);
    }

    private Set<UUID> insertUnowned(Round round, List<Transition.NewExecution> executions, boolean mayTake)
            throws SQLException {
        return insertTasks(round, executions.stream().map((e) -> new TaskRow(e, e.dueAt(), null, 0, 1)).toList(),
                mayTake);
    }

    /** Inserts one run that nobody has advanced yet: in the transaction of a caller. */
    Result startIn(Connection connection, Transition.NewExecution execution) throws SQLException {
        Result result = startIn(connection, List.of(execution)).get(execution.runId());
        return (result != null) ? result : new Result.Refused();
    }

    /** Starts runs that nobody advances yet; by their id what became of each. */
    Map<UUID, Result> startIn(Connection connection, List<Transition.NewExecution> executions) throws SQLException {
        Round round = new Round(this.sessions, connection);
        Map<UUID, Result> results = this.executions.insert(round, executions);
        List<Transition.NewExecution> started = executions.stream()
            .filter((execution) -> results.get(execution.runId()) instanceof Result.Committed)
            .filter((execution) -> results.get(execution.runId()) != WRITTEN_BEFORE)
            .toList();
        for (UUID waiting : insertUnowned(round, started, false)) {
            results.put(waiting, new Result.Committed(true));
        }
        this.rows.insertFirstEvents(round, started);
        round.send();
        return results;
    }

    private void end(Round round, List<Transition> closing) throws SQLException {
        if (closing.isEmpty()) {
            return;
        }
        List<UUID> runs = closing.stream().map(Transition::runId).toList();
        List<Transition.Close> ends = new ArrayList<>();
        closing.forEach((t) -> ends.add(Objects.requireNonNull(t.close())));
        round.update(this.closeExecutions, round.uuids(runs),
                round.texts(ends.stream().map((c) -> c.status().name()).toList()),
                round.longs(ends.stream().map((c) -> Sessions.micros(c.closedAt())).toList()),
                round.texts(ends.stream().map(Transition.Close::result).toList()),
                round.texts(ends.stream().map(Transition.Close::failure).toList()),
                round.longs(closing.stream().map(Transition::lastEvent).toList()),
                round.uuids(closing.stream().map((t) -> (t.next() != null) ? t.next().runId() : null).toList()));
        List<UUID> before = new ArrayList<>();
        List<Transition.NewExecution> next = new ArrayList<>();
        closing.forEach((t) -> {
            if (t.next() != null) {
                before.add(t.runId());
                next.add(t.next());
            }
        });
        if (!next.isEmpty()) {
            this.executions.insert(round, next);
            insertUnowned(round, next);
            this.rows.insertFirstEvents(round, next);
            round.update(this.holdOff, round.uuids(before),
                    round.uuids(next.stream().map(Transition.NewExecution::runId).toList()));
        }
        round.update(this.deleteTasks, round.uuids(runs));
    }

    private void details(Round round, List<Transition> accepted) throws SQLException {
        if (accepted.isEmpty()) {
            return;
        }
        this.rows.insertEvents(round, accepted);
        this.rows.insertActivities(round, accepted);
        RunKeys ended = new RunKeys();
        RunKeys canceled = new RunKeys();
        RunKeys consumed = new RunKeys();
        RunKeys replied = new RunKeys();
        List<String> replies = new ArrayList<>();
        List<Transition> changed = new ArrayList<>();
        for (Transition transition : accepted) {
            ended.add(transition.runId(), transition.endedActivities());
            canceled.add(transition.runId(), transition.canceledActivities());
            consumed.add(transition.runId(), transition.consumedMessages());
            replied.add(transition.runId(), transition.replies().keySet());
            replies.addAll(transition.replies().values());
            if (transition.attributes() != null) {
                changed.add(transition);
            }
        }
        ended.update(round, this.deleteActivities);
        canceled.update(round, this.cancelActivities);
        consumed.update(round, this.consume);
        // An answer to the same update id that nobody has fetched gives way to this one;
        // but not to itself, when the same is written again because nobody knows whether
        // it was.
        replied.update(round, this.forgetReplies);
        replied.update(round, this.reply, round.texts(replies));
        if (!changed.isEmpty()) {
            round.update(this.attributes, round.uuids(changed.stream().map(Transition::runId).toList()), round
                .texts(changed.stream().map((t) -> (t.attributes() != null) ? t.attributes().memo() : null).toList()),
                    round.texts(changed.stream()
                        .map((t) -> (t.attributes() != null) ? t.attributes().searchAttributes() : null)
                        .toList()));
        }
    }

}

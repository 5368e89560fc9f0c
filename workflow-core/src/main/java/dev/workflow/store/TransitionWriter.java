package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
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
 * message is seen, which {@link InboxWriter} does. <b>Others.</b> What transitions do to
 * other runs is the matter of {@link RelationsWriter}; a batch without it has no
 * statement more. <b>Plans.</b> All joins start from arrays and go to primary keys; the
 * sessions forbid other plans, since those flip to scans of the hot table when statistics
 * move.
 */
final class TransitionWriter {

    private static final String ADVANCE = """
            set last_event = f.n, crashes = 0, problem = null, ending_until = null,
                due_at = coalesce(timestamptz 'epoch' + f.d * interval '1 microsecond', t.due_at)
            from f where t.run_id = any(array[f.run_id])""";

    private final Sessions sessions;

    private final String fence;

    private final String fenceUnread;

    private final String lockClosing;

    private final String compare;

    private final String holdOff;

    private final String deleteTasks;

    private final String closeExecutions;

    private final String deleteActivities;

    private final String cancelActivities;

    private final String attributes;

    private final ExecutionInserts executions;

    private final RowInserts rows;

    private final RelationsWriter relations;

    private final TaskInserts tasks;

    private final InboxWriter inboxes;

    TransitionWriter(Sessions sessions) {
        this.sessions = sessions;
        this.executions = new ExecutionInserts(sessions);
        this.rows = new RowInserts(sessions);
        this.tasks = new TaskInserts(sessions);
        this.inboxes = new InboxWriter(sessions);
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
                    this.tasks::insertUnowned);
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
        Round.@Nullable Answer<InboxWriter.Waiting> inbox = closing.isEmpty() ? null : this.inboxes.ask(round, closing);
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
            this.inboxes.settle(round, closing, inbox.rows(), results);
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

    /** Rows for those that have begun and not ended at once. */
    private void begin(Round round, List<Transition> starting, Map<UUID, Result> results) throws SQLException {
        List<TaskInserts.Row> tasks = new ArrayList<>();
        for (Transition transition : starting) {
            Transition.NewExecution start = Objects.requireNonNull(transition.start());
            tasks.add(new TaskInserts.Row(start, (transition.dueAt() != null) ? transition.dueAt() : start.dueAt(),
                    (transition.owner() != 0) ? transition.owner() : null, transition.token(), transition.lastEvent()));
        }
        for (UUID waiting : this.tasks.insert(round, tasks, true)) {
            results.put(waiting, new Result.Committed(true));
        }
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
        for (UUID waiting : this.tasks.insertUnowned(round, started, false)) {
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
            this.tasks.insertUnowned(round, next);
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
        this.inboxes.consume(round, consumed);
        this.inboxes.reply(round, replied, replies);
        if (!changed.isEmpty()) {
            round.update(this.attributes, round.uuids(changed.stream().map(Transition::runId).toList()), round
                .texts(changed.stream().map((t) -> (t.attributes() != null) ? t.attributes().memo() : null).toList()),
                    round.texts(changed.stream()
                        .map((t) -> (t.attributes() != null) ? t.attributes().searchAttributes() : null)
                        .toList()));
        }
    }

}

package dev.workflow.store;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import dev.workflow.engine.Message;
import dev.workflow.engine.Relations;
import dev.workflow.engine.Transition;
import dev.workflow.engine.Transition.Result;
import org.jspecify.annotations.Nullable;

/**
 * Writes what transitions do to other runs: children, messages to other workflows, the
 * end of a child for its parent, the end of a parent for its children.
 * <p>
 * <b>Locks.</b> Only share locks on the keys of other runs' rows, and only where they can
 * be had at once: a transition that would have to wait is answered {@code Locked} and
 * tried again, so no two of them can wait for each other. <b>Messages.</b> The target's
 * key is locked before the fence, and a run of the same batch that is about to end gives
 * way: it sees the message at its next try. <b>Children and parents.</b> A child that
 * ends or goes on in a new run share-locks its parent's key first, which an end of the
 * parent locks alone. So the parent sees either the child's new run or its end, and need
 * not lock its children, however many. <b>Answers.</b> What became of a start or a
 * message is a message to the sender itself: a crash at any point loses nothing.
 */
final class RelationsWriter {

    private final String lockParents;

    private final String existing;

    private final String lockChildren;

    private final String parents;

    private final String adopt;

    private final String lockTargets;

    private final String targets;

    private final String deliver;

    private final String orphans;

    private final ExecutionInserts executions;

    private final RowInserts rows;

    RelationsWriter(Sessions sessions, ExecutionInserts executions, RowInserts rows) {
        this.executions = executions;
        this.rows = rows;
        this.lockParents = sessions.sql("""
                select run_id from @workflow_task where run_id = any(?) order by run_id
                for key share skip locked""");
        this.existing = sessions.sql("select run_id from @workflow_task where run_id = any(?)");
        this.lockChildren = sessions.sql("""
                select run_id from @workflow_task where run_id = any(?) order by run_id
                for update skip locked""");
        this.parents = sessions.sql("""
                select run_id, parent_run_id from @workflow_execution
                where run_id = any(?) and parent_run_id is not null""");
        this.adopt = sessions.sql("update @workflow_execution set parent_run_id = ? where run_id = ?");
        this.targets = sessions.sql("""
                select u.n, t.run_id from unnest(?::int[], ?::text[], ?::uuid[]) as u(n, w, f)
                cross join lateral (
                  select e.run_id from @workflow_execution e
                  where e.workflow_id = u.w and e.status = 'RUNNING' and (u.f is null or e.first_run_id = u.f)
                  limit 1) e
                join @workflow_task t on t.run_id = any(array[e.run_id]) and t.last_event > 0""");
        this.lockTargets = this.targets + " order by u.n for key share of t skip locked";
        this.deliver = sessions.sql("""
                with u as materialized (
                  select * from unnest(?::int[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                    as u(n, r, k, m, d, p, at)),
                i as (
                  insert into @workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                  select t.run_id, u.k, u.m, u.d, u.p, timestamptz 'epoch' + u.at * interval '1 microsecond'
                  from u join @workflow_task t on t.run_id = any(array[u.r]) and t.last_event > 0 order by u.n
                  on conflict do nothing)
                select u.n from u join @workflow_task t on t.run_id = any(array[u.r]) and t.last_event > 0""");
        this.orphans = sessions.sql("""
                insert into @workflow_message (run_id, kind, dedup_key, payload, created_at)
                select e.run_id, case e.parent_close_policy when 'TERMINATE' then 'TERMINATE' else 'CANCEL' end,
                       'parent:' || u.r, u.p, timestamptz 'epoch' + u.at * interval '1 microsecond'
                from unnest(?::uuid[], ?::text[], ?::bigint[]) as u(r, p, at)
                cross join lateral (
                  select e.run_id, e.parent_close_policy from @workflow_execution e
                  where e.parent_run_id = u.r and e.parent_run_id is not null and e.status = 'RUNNING'
                    and e.parent_close_policy <> 'ABANDON'
                  offset 0) e
                on conflict do nothing""");
    }

    /**
     * Which runs the messages of a batch go to.
     *
     * @param runs by sender and ordering event
     * @param adopted of children whose parent was reset: the run that is their parent now
     */
    record Targets(Map<Key, UUID> runs, Map<UUID, UUID> adopted) {

        UUID parentOf(Transition child, Relations.Parent parent) {
            return this.adopted.getOrDefault(child.runId(), parent.runId());
        }

        @Nullable UUID of(Transition sender, Relations.Ask ask) {
            return this.runs.get(new Key(sender.runId(), ask.initiatedEventId()));
        }

    }

    private record Key(UUID sender, long initiatedEventId) {
    }

    private record Asked(Transition sender, Relations.Ask ask) {
    }

    /**
     * Locks what the transitions need of others. Those for which that cannot be had at
     * once get the result {@code Locked}.
     */
    Targets lock(Round round, List<Transition> batch, List<Transition> related, Map<UUID, Result> results)
            throws SQLException {
        Map<UUID, UUID> adopted = lockParents(round, related, results);
        Targets targets = new Targets(lockTargets(round, related, results), adopted);
        Set<UUID> addressed = new HashSet<>();
        related.stream().filter((t) -> t.close() == null).forEach((t) -> addTargets(t, targets, addressed));
        for (Transition transition : batch) {
            if (transition.close() != null && !results.containsKey(transition.runId())) {
                if (addressed.contains(transition.runId())) {
                    results.put(transition.runId(), new Result.Locked());
                }
                else if (transition.relations() != null) {
                    addTargets(transition, targets, addressed);
                }
            }
        }
        return targets;
    }

    private static void addTargets(Transition transition, Targets targets, Set<UUID> addressed) {
        for (Relations.Ask ask : Objects.requireNonNull(transition.relations()).asks()) {
            UUID target = targets.of(transition, ask);
            if (target != null) {
                addressed.add(target);
            }
        }
    }

    /** Returns the parents of those children that a reset has given to another run. */
    private Map<UUID, UUID> lockParents(Round round, List<Transition> related, Map<UUID, Result> results)
            throws SQLException {
        Map<UUID, List<UUID>> children = new HashMap<>();
        for (Transition transition : related) {
            Relations.Parent parent = relations(transition).parent();
            if (parent != null) {
                children.computeIfAbsent(parent.runId(), (p) -> new ArrayList<>()).add(transition.runId());
            }
        }
        lockParents(round, children, results);
        // A parent that has ended needs no lock, and gets nothing, unless it was reset.
        return children.isEmpty() ? Map.of() : adopted(round, children, results);
    }

    /** Leaves those children whose parent has ended. */
    private void lockParents(Round round, Map<UUID, List<UUID>> children, Map<UUID, Result> results)
            throws SQLException {
        if (children.isEmpty()) {
            return;
        }
        Set<UUID> wanted = Set.copyOf(children.keySet());
        runs(round, this.lockParents, wanted).forEach(children::remove);
        if (!children.isEmpty()) {
            for (UUID held : runs(round, this.existing, Set.copyOf(children.keySet()))) {
                Objects.requireNonNull(children.remove(held))
                    .forEach((child) -> results.put(child, new Result.Locked()));
            }
        }
    }

    /**
     * A reset gives a child to another run while it holds the child's key: so the child's
     * row is locked before its parent is read.
     */
    private Map<UUID, UUID> adopted(Round round, Map<UUID, List<UUID>> orphans, Map<UUID, Result> results)
            throws SQLException {
        Map<UUID, UUID> former = new HashMap<>();
        orphans.forEach((parent, children) -> children.forEach((child) -> former.put(child, parent)));
        List<UUID> locked = runs(round, this.lockChildren, former.keySet());
        Set<UUID> held = new HashSet<>(former.keySet());
        locked.forEach(held::remove);
        if (!held.isEmpty()) {
            // One that is gone was ended by others: that is no lock that could pass.
            runs(round, this.existing, held).forEach((child) -> results.put(child, new Result.Locked()));
        }
        Map<UUID, UUID> adopted = new HashMap<>();
        round.fetch(this.parents, (row) -> {
            UUID child = Sessions.uuid(row, "run_id");
            UUID parent = Sessions.uuid(row, "parent_run_id");
            if (!parent.equals(former.get(child))) {
                adopted.put(child, parent);
            }
            return child;
        }, round.uuids(locked));
        Map<UUID, List<UUID>> again = new HashMap<>();
        adopted.forEach((child, parent) -> again.computeIfAbsent(parent, (p) -> new ArrayList<>()).add(child));
        lockParents(round, again, results);
        return adopted;
    }

    private static List<UUID> runs(Round round, String sql, Set<UUID> runIds) throws SQLException {
        return round.fetch(sql, (row) -> Sessions.uuid(row, "run_id"), round.uuids(List.copyOf(runIds)));
    }

    private Map<Key, UUID> lockTargets(Round round, List<Transition> related, Map<UUID, Result> results)
            throws SQLException {
        Map<Key, UUID> found = new HashMap<>();
        List<Asked> asked = new ArrayList<>();
        for (Transition transition : related) {
            Set<UUID> own = new HashSet<>();
            relations(transition).children().forEach((c) -> own.add(c.execution().runId()));
            for (Relations.Ask ask : relations(transition).asks()) {
                if (ask.firstRunId() != null && own.contains(ask.firstRunId())) {
                    // A child that this very transition starts.
                    found.put(new Key(transition.runId(), ask.initiatedEventId()), ask.firstRunId());
                }
                else {
                    asked.add(new Asked(transition, ask));
                }
            }
        }
        if (asked.isEmpty()) {
            return found;
        }
        Map<Integer, UUID> locked = targets(round, this.lockTargets, asked);
        if (locked.size() < asked.size()) {
            targets(round, this.targets, asked).forEach((n, run) -> {
                if (!locked.containsKey(n)) {
                    results.put(asked.get(n).sender().runId(), new Result.Locked());
                }
            });
        }
        locked.forEach((n, run) -> found
            .put(new Key(asked.get(n).sender().runId(), asked.get(n).ask().initiatedEventId()), run));
        return found;
    }

    private static Map<Integer, UUID> targets(Round round, String sql, List<Asked> asked) throws SQLException {
        Map<Integer, UUID> runs = new HashMap<>();
        List<Integer> numbers = new ArrayList<>();
        List<@Nullable UUID> first = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            numbers.add(i);
            first.add(asked.get(i).ask().firstRunId());
        }
        round.fetch(sql, (row) -> runs.put(row.getInt(1), Sessions.uuid(row, "run_id")), round.ints(numbers),
                round.texts(asked.stream().map((a) -> a.ask().workflowId()).toList()), round.uuids(first));
        return runs;
    }

    /** Writes it for the transitions that were accepted, after their own runs' ends. */
    void write(Round round, List<Transition> accepted, Targets targets, TaskInserts tasks) throws SQLException {
        List<Row> answers = new ArrayList<>();
        startChildren(round, accepted, answers, tasks);
        List<Row> asks = new ArrayList<>();
        List<Row> notices = new ArrayList<>();
        Map<UUID, UUID> adopted = new LinkedHashMap<>();
        for (Transition transition : accepted) {
            for (Relations.Ask ask : relations(transition).asks()) {
                UUID target = targets.of(transition, ask);
                asks.add(new Row(target, ask.message(), time(transition), transition, ask.initiatedEventId()));
            }
            Relations.Parent parent = relations(transition).parent();
            if (parent != null && parent.notice() != null) {
                notices.add(new Row(targets.parentOf(transition, parent), parent.notice(), time(transition), transition,
                        0));
            }
            Transition.NewExecution next = transition.next();
            UUID parentNow = targets.adopted().get(transition.runId());
            if (next != null && parentNow != null) {
                adopted.put(next.runId(), parentNow);
            }
        }
        if (!adopted.isEmpty()) {
            round.update(this.adopt, round.uuids(List.copyOf(adopted.keySet())),
                    round.uuids(List.copyOf(adopted.values())));
        }
        Set<Integer> delivered = deliver(round, asks);
        for (int i = 0; i < asks.size(); i++) {
            answer(answers, asks.get(i).sender(), asks.get(i).initiatedEventId(),
                    delivered.contains(i) ? null : Relations.NOT_FOUND);
        }
        deliver(round, answers);
        deliver(round, notices);
        orphan(round, accepted);
    }

    private void startChildren(Round round, List<Transition> accepted, List<Row> answers, TaskInserts tasks)
            throws SQLException {
        List<Transition.NewExecution> children = new ArrayList<>();
        accepted.forEach((t) -> relations(t).children().forEach((c) -> children.add(c.execution())));
        if (children.isEmpty()) {
            return;
        }
        Map<UUID, Result> started = this.executions.insert(round, children);
        List<Transition.NewExecution> fresh = children.stream()
            .filter((c) -> started.get(c.runId()) instanceof Result.Committed)
            .toList();
        tasks.insert(round, fresh);
        this.rows.insertFirstEvents(round, fresh);
        for (Transition transition : accepted) {
            for (Relations.Child child : relations(transition).children()) {
                boolean there = started.get(child.execution().runId()) instanceof Result.Committed;
                answer(answers, transition, child.initiatedEventId(), there ? null : Relations.ALREADY_EXISTS);
            }
        }
    }

    /** A run that has ended hears nothing any more. */
    private void answer(List<Row> answers, Transition sender, long initiatedEventId, @Nullable String refusal) {
        if (sender.close() == null) {
            String order = Long.toString(initiatedEventId);
            answers
                .add(new Row(sender.runId(),
                        new Transition.NewMessage(Message.Kind.ANSWER, order, order,
                                (refusal != null) ? '"' + refusal + '"' : "null"),
                        time(sender), sender, initiatedEventId));
        }
    }

    private record Row(@Nullable UUID target, Transition.NewMessage message, Instant time, Transition sender,
            long initiatedEventId) {
    }

    private Set<Integer> deliver(Round round, List<Row> messages) throws SQLException {
        if (messages.isEmpty()) {
            return Set.of();
        }
        List<Integer> numbers = new ArrayList<>();
        List<@Nullable UUID> runs = new ArrayList<>();
        List<@Nullable String> names = new ArrayList<>();
        List<@Nullable String> keys = new ArrayList<>();
        for (Row message : messages) {
            numbers.add(numbers.size());
            runs.add(message.target());
            names.add(message.message().name());
            keys.add(message.message().dedupKey());
        }
        return new HashSet<>(round.fetch(this.deliver, (row) -> row.getInt(1), round.ints(numbers), round.uuids(runs),
                round.texts(messages.stream().map((m) -> m.message().kind().name()).toList()), round.texts(names),
                round.texts(keys), round.texts(messages.stream().map((m) -> m.message().payload()).toList()),
                round.longs(messages.stream().map((m) -> Sessions.micros(m.time())).toList())));
    }

    private void orphan(Round round, List<Transition> accepted) throws SQLException {
        List<Transition> parents = accepted.stream().filter((t) -> relations(t).orphaned() != null).toList();
        if (!parents.isEmpty()) {
            round.update(this.orphans, round.uuids(parents.stream().map(Transition::runId).toList()),
                    round.texts(parents.stream().map((t) -> relations(t).orphaned()).toList()),
                    round.longs(parents.stream().map((t) -> Sessions.micros(time(t))).toList()));
        }
    }

    /** A run that is ended from outside: what its parent and its children are told. */
    void ended(Round round, UUID runId, @Nullable UUID parentRunId, Transition.@Nullable NewMessage notice,
            String orphaned, Instant now) throws SQLException {
        if (parentRunId != null && notice != null) {
            deliverTo(round, parentRunId, notice, now);
        }
        round.update(this.orphans, round.uuids(List.of(runId)), round.texts(List.of(orphaned)),
                round.longs(List.of(Sessions.micros(now))));
    }

    private void deliverTo(Round round, UUID runId, Transition.NewMessage message, Instant now) throws SQLException {
        round.update(this.deliver, round.ints(List.of(0)), round.uuids(List.of(runId)),
                round.texts(List.of(message.kind().name())),
                round.texts(java.util.Collections.singletonList(message.name())),
                round.texts(java.util.Collections.singletonList(message.dedupKey())),
                round.texts(List.of(message.payload())), round.longs(List.of(Sessions.micros(now))));
    }

    private static Relations relations(Transition transition) {
        return Objects.requireNonNull(transition.relations());
    }

    private static Instant time(Transition transition) {
        return transition.events().getLast().time();
    }

    /** Inserts the task rows of runs that nobody owns yet. */
    @FunctionalInterface
    interface TaskInserts {

        void insert(Round round, List<Transition.NewExecution> executions) throws SQLException;

    }

}

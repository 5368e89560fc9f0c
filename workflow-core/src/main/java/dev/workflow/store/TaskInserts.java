package dev.workflow.store;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import dev.workflow.engine.RunVersion;
import dev.workflow.engine.Transition;
import org.jspecify.annotations.Nullable;

/**
 * Inserts the task rows of runs that are open. Those with a build or a fairness key have
 * columns more, and those whose types have a concurrency limit stand in its line.
 */
final class TaskInserts {

    private final String insert;

    private final String insertFull;

    private final PlaceInserts places;

    TaskInserts(Sessions sessions) {
        this.places = new PlaceInserts(sessions);
        this.insert = sessions.sql("""
                insert into @workflow_task
                  (run_id, workflow_type, task_queue, priority, due_at, owner, token, last_event)
                select r, ty, q, p, timestamptz 'epoch' + d * interval '1 microsecond', o, k, n
                from unnest(?::uuid[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::int[], ?::bigint[])
                     as u(r, ty, q, p, d, o, k, n)""");
        this.insertFull = sessions
            .sql("""
                    insert into @workflow_task
                      (run_id, workflow_type, task_queue, priority, due_at, owner, token, last_event, route, pinned, build_id,
                       fairness_key)
                    select r, ty, q, p, timestamptz 'epoch' + d * interval '1 microsecond', o, k, n, b, pin, h, f
                    from unnest(?::uuid[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::int[], ?::bigint[],
                                ?::text[], ?::boolean[], ?::text[], ?::text[])
                         as u(r, ty, q, p, d, o, k, n, b, pin, h, f)""");
    }

    /** A run, and with what its row begins. */
    record Row(Transition.NewExecution execution, Instant dueAt, @Nullable Long owner, int token, long lastEvent) {
    }

    /**
     * Returns those that wait for a place in the limit of their type.
     * @param mayTake whether they may take one in this transaction
     */
    Set<UUID> insert(Round round, List<Row> tasks, boolean mayTake) throws SQLException {
        if (tasks.isEmpty()) {
            return Set.of();
        }
        List<Transition.NewExecution> placed = tasks.stream()
            .map(Row::execution)
            .filter((execution) -> execution.place() != null)
            .toList();
        Set<UUID> waiting = placed.isEmpty() ? Set.of() : this.places.enter(round, placed, mayTake);
        insert(round, tasks);
        this.places.hold(round, placed.stream().filter((execution) -> waiting.contains(execution.runId())).toList());
        return waiting;
    }

    private void insert(Round round, List<Row> tasks) throws SQLException {
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
        values.add(round.ints(tasks.stream().map(Row::token).toList()));
        values.add(round.longs(tasks.stream().map(Row::lastEvent).toList()));
        if (full) {
            values.add(round.texts(versions.stream().map(RunVersion::route).toList()));
            values.add(round.booleans(versions.stream().map(RunVersion::pinned).toList()));
            values.add(round.texts(versions.stream().map(RunVersion::buildId).toList()));
            values.add(round.texts(tasks.stream().map((t) -> t.execution().fairnessKey()).toList()));
        }
        round.update(full ? this.insertFull : this.insert, values.toArray());
    }

    /** Rows of runs that nobody has advanced yet. */
    void insertUnowned(Round round, List<Transition.NewExecution> executions) throws SQLException {
        insertUnowned(round, executions, true);
    }

    /** The same; returns those that wait for a place. */
    Set<UUID> insertUnowned(Round round, List<Transition.NewExecution> executions, boolean mayTake)
            throws SQLException {
        return insert(round, executions.stream().map((e) -> new Row(e, e.dueAt(), null, 0, 1)).toList(), mayTake);
    }

}

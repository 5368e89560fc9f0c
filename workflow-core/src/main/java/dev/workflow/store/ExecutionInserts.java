package dev.workflow.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.Transition.NewExecution;
import dev.workflow.engine.Transition.Result;
import dev.workflow.history.ParentExecution;
import org.jspecify.annotations.Nullable;

/**
 * Inserts executions. The insert comes first and holds the id; what stands in the way of
 * those that were not inserted, and whether a closed run forbids those that were, is
 * looked up by later statements, and a refused one is withdrawn.
 */
final class ExecutionInserts {

    private final String insert;

    private final String obstacles;

    private final String closedBefore;

    private final String withdraw;

    ExecutionInserts(Sessions sessions) {
        this.insert = sessions.sql("""
                insert into @workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id, request_id,
                   parent_workflow_id, priority, memo, search_attributes, parent_run_id, parent_close_policy)
                select r, w, ty, q, 'RUNNING', timestamptz 'epoch' + at * interval '1 microsecond', f, rq, pw, p, m,
                       a::jsonb, pr, pp
                from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::uuid[], ?::text[], ?::text[],
                            ?::int[], ?::text[], ?::text[], ?::uuid[], ?::text[])
                     as u(r, w, ty, q, at, f, rq, pw, p, m, a, pr, pp)
                on conflict do nothing
                returning run_id""");
        this.obstacles = sessions.sql("""
                select run_id, workflow_id, request_id, status from @workflow_execution
                where request_id = any(?) or (workflow_id = any(?) and status = 'RUNNING') or run_id = any(?)""");
        this.closedBefore = sessions.sql("""
                select distinct on (workflow_id) workflow_id, run_id, status from @workflow_execution
                where workflow_id = any(?) and status <> 'RUNNING'
                order by workflow_id, started_at desc, (continued_run_id is null) desc, run_id desc""");
        this.withdraw = sessions.sql("delete from @workflow_execution where run_id = any(?)");
    }

    Map<UUID, Result> insert(Round round, List<NewExecution> executions) throws SQLException {
        Round.Answer<UUID> inserted = addTo(round, executions);
        round.send();
        return settle(round, executions, inserted.rows());
    }

    /** Adds the insert to a round; {@link #settle} is told what it answers. */
    Round.Answer<UUID> addTo(Round round, List<NewExecution> executions) throws SQLException {
        return round.query(this.insert, (row) -> row.getObject(1, UUID.class),
                round.uuids(executions.stream().map(NewExecution::runId).toList()),
                round.texts(executions.stream().map(NewExecution::workflowId).toList()),
                round.texts(executions.stream().map(NewExecution::workflowType).toList()),
                round.texts(executions.stream().map(NewExecution::taskQueue).toList()),
                round.longs(executions.stream().map((e) -> Sessions.micros(e.startedAt())).toList()),
                round.uuids(executions.stream().map(NewExecution::firstRunId).toList()),
                round.texts(executions.stream().map(NewExecution::requestId).toList()),
                round.texts(parents(executions, ParentExecution::workflowId)),
                round.ints(executions.stream().map(NewExecution::priority).toList()),
                round.texts(executions.stream().map(NewExecution::memo).toList()),
                round.texts(executions.stream().map(NewExecution::searchAttributes).toList()),
                round.uuids(parents(executions, (p) -> UUID.fromString(p.runId()))),
                round.texts(parents(executions, ExecutionInserts::policy)));
    }

    /** What became of each, given those that were inserted. */
    Map<UUID, Result> settle(Round round, List<NewExecution> executions, List<UUID> inserted) throws SQLException {
        Set<UUID> fresh = Set.copyOf(inserted);
        Map<UUID, Result> results = new HashMap<>();
        inserted.forEach((id) -> results.put(id, new Result.Committed()));
        refuseTaken(round, executions.stream().filter((e) -> !fresh.contains(e.runId())).toList(), results);
        refuseReused(round,
                executions.stream()
                    .filter((e) -> fresh.contains(e.runId()) && e.reusePolicy() != IdReusePolicy.ALLOW_DUPLICATE)
                    .toList(),
                results);
        return results;
    }

    private static <T> List<@Nullable T> parents(List<NewExecution> executions,
            Function<ParentExecution, @Nullable T> attribute) {
        List<@Nullable T> values = new ArrayList<>(executions.size());
        for (NewExecution execution : executions) {
            ParentExecution parent = execution.parent();
            values.add((parent != null) ? attribute.apply(parent) : null);
        }
        return values;
    }

    private static String policy(ParentExecution parent) {
        return Objects.requireNonNullElse(parent.parentClosePolicy(), ParentClosePolicy.TERMINATE).name();
    }

    private void refuseTaken(Round round, List<NewExecution> taken, Map<UUID, Result> results) throws SQLException {
        if (taken.isEmpty()) {
            return;
        }
        // What stood in the way may have gone in the meantime: then it is worth trying
        // again.
        taken.forEach((e) -> results.put(e.runId(), new Result.Locked()));
        List<String> requests = taken.stream().map(NewExecution::requestId).filter(Objects::nonNull).toList();
        round.fetch(this.obstacles, (row) -> {
            UUID existing = Sessions.uuid(row, "run_id");
            String request = row.getString("request_id");
            boolean open = row.getString("status").equals(WorkflowStatus.RUNNING.name());
            for (NewExecution execution : taken) {
                if (existing.equals(execution.runId())) {
                    // An earlier try of this very start, whose outcome was not known.
                    results.put(existing, TransitionWriter.WRITTEN_BEFORE);
                    continue;
                }
                boolean sameRequest = request != null && request.equals(execution.requestId());
                boolean sameId = open && row.getString("workflow_id").equals(execution.workflowId());
                boolean settled = results.get(execution.runId()) == TransitionWriter.WRITTEN_BEFORE
                        || results.get(execution.runId()) instanceof Result.StartRefused r && r.sameRequest();
                if (sameRequest || (sameId && !settled)) {
                    results.put(execution.runId(), new Result.StartRefused(existing, sameRequest, open));
                }
            }
            return existing;
        }, round.texts(requests), round.texts(taken.stream().map(NewExecution::workflowId).toList()),
                round.uuids(taken.stream().map(NewExecution::runId).toList()));
    }

    private void refuseReused(Round round, List<NewExecution> strict, Map<UUID, Result> results) throws SQLException {
        if (strict.isEmpty()) {
            return;
        }
        Set<UUID> refused = new HashSet<>();
        round.fetch(this.closedBefore, (row) -> {
            UUID before = Sessions.uuid(row, "run_id");
            boolean completed = row.getString("status").equals(WorkflowStatus.COMPLETED.name());
            for (NewExecution execution : strict) {
                boolean forbidden = execution.reusePolicy() == IdReusePolicy.REJECT_DUPLICATE || completed;
                if (forbidden && execution.workflowId().equals(row.getString("workflow_id"))) {
                    refused.add(execution.runId());
                    results.put(execution.runId(), new Result.StartRefused(before, false, false));
                }
            }
            return before;
        }, round.texts(strict.stream().map(NewExecution::workflowId).toList()));
        if (!refused.isEmpty()) {
            // Whom one of these stood in the way of has to look again.
            results.replaceAll((id, result) -> (result instanceof Result.StartRefused r && refused.contains(r.runId()))
                    ? new Result.Locked() : result);
            round.update(this.withdraw, round.uuids(List.copyOf(refused)));
            round.send();
        }
    }

}

package dev.workflow.store;

import java.sql.Connection;
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

    Map<UUID, Result> insert(Connection connection, List<NewExecution> executions) throws SQLException {
        List<UUID> inserted = Sessions.query(connection, this.insert, (s) -> {
            s.setArray(1, Sessions.uuids(connection, executions.stream().map(NewExecution::runId).toList()));
            s.setArray(2, Sessions.texts(connection, executions.stream().map(NewExecution::workflowId).toList()));
            s.setArray(3, Sessions.texts(connection, executions.stream().map(NewExecution::workflowType).toList()));
            s.setArray(4, Sessions.texts(connection, executions.stream().map(NewExecution::taskQueue).toList()));
            s.setArray(5, Sessions.longs(connection,
                    executions.stream().map((e) -> Sessions.micros(e.startedAt())).toList()));
            s.setArray(6, Sessions.uuids(connection, executions.stream().map(NewExecution::firstRunId).toList()));
            s.setArray(7, Sessions.texts(connection, executions.stream().map(NewExecution::requestId).toList()));
            s.setArray(8, Sessions.texts(connection, parents(executions, ParentExecution::workflowId)));
            s.setArray(9, Sessions.ints(connection, executions.stream().map(NewExecution::priority).toList()));
            s.setArray(10, Sessions.texts(connection, executions.stream().map(NewExecution::memo).toList()));
            s.setArray(11,
                    Sessions.texts(connection, executions.stream().map(NewExecution::searchAttributes).toList()));
            s.setArray(12, Sessions.uuids(connection, parents(executions, (p) -> UUID.fromString(p.runId()))));
            s.setArray(13, Sessions.texts(connection, parents(executions, ExecutionInserts::policy)));
        }, (row) -> row.getObject(1, UUID.class));
        Set<UUID> fresh = Set.copyOf(inserted);
        Map<UUID, Result> results = new HashMap<>();
        inserted.forEach((id) -> results.put(id, new Result.Committed()));
        refuseTaken(connection, executions.stream().filter((e) -> !fresh.contains(e.runId())).toList(), results);
        refuseReused(connection,
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

    private void refuseTaken(Connection connection, List<NewExecution> taken, Map<UUID, Result> results)
            throws SQLException {
        if (taken.isEmpty()) {
            return;
        }
        // What stood in the way may have gone in the meantime: then it is worth trying
        // again.
        taken.forEach((e) -> results.put(e.runId(), new Result.Locked()));
        List<String> requests = taken.stream().map(NewExecution::requestId).filter(Objects::nonNull).toList();
        Sessions.query(connection, this.obstacles, (s) -> {
            s.setArray(1, Sessions.texts(connection, requests));
            s.setArray(2, Sessions.texts(connection, taken.stream().map(NewExecution::workflowId).toList()));
            s.setArray(3, Sessions.uuids(connection, taken.stream().map(NewExecution::runId).toList()));
        }, (row) -> {
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
        });
    }

    private void refuseReused(Connection connection, List<NewExecution> strict, Map<UUID, Result> results)
            throws SQLException {
        if (strict.isEmpty()) {
            return;
        }
        Set<UUID> refused = new HashSet<>();
        Sessions
            .query(connection, this.closedBefore,
                    (s) -> s.setArray(1,
                            Sessions.texts(connection, strict.stream().map(NewExecution::workflowId).toList())),
                    (row) -> {
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
                    });
        if (!refused.isEmpty()) {
            // Whom one of these stood in the way of has to look again.
            results.replaceAll((id, result) -> (result instanceof Result.StartRefused r && refused.contains(r.runId()))
                    ? new Result.Locked() : result);
            Sessions.update(connection, this.withdraw,
                    (s) -> s.setArray(1, Sessions.uuids(connection, List.copyOf(refused))));
        }
    }

}

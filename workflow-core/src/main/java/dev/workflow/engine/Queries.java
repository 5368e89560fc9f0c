package dev.workflow.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import dev.workflow.client.QueryFailedException;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.payload.Json;
import dev.workflow.replay.QueryRejected;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowMachine;
import dev.workflow.replay.WorkflowTaskFailedException;

/**
 * Answers queries: by the actor, where the run is in this node's memory, between its
 * turns; else by a replay of the committed history, which needs no owner.
 */
final class Queries {

    private static final Duration QUERY = Duration.ofSeconds(10);

    /** How often an actor is asked that leaves memory meanwhile. */
    private static final int ATTEMPTS = 20;

    private final WorkflowEngine engine;

    private final RunLookup runs;

    private final OutgoingCalls calls;

    Queries(WorkflowEngine engine, RunLookup runs, OutgoingCalls calls) {
        this.engine = engine;
        this.runs = runs;
        this.calls = calls;
    }

    Json query(WorkflowRef workflow, HandlerCall given) {
        this.calls.checkSize(given.input());
        this.runs.refuseInTransaction(workflow.workflowId(), "query");
        return this.calls.send(OutgoingCalls.observed(EngineObservations.Kind.QUERY, workflow, given), given.header(),
                (header) -> queryWith(workflow, given.withHeader(header)));
    }

    private Json queryWith(WorkflowRef workflow, HandlerCall call) {
        for (int i = 0; i < ATTEMPTS; i++) {
            RunActor actor = this.runs.resident(workflow);
            if (actor == null) {
                return queryHistory(this.runs.find(workflow), call);
            }
            CompletableFuture<Json> answer = new CompletableFuture<>();
            Delivery.Query query = new Delivery.Query(call, answer);
            if (!actor.offer(query)) {
                continue;
            }
            try {
                return this.engine.waits().get(answer, QUERY);
            }
            catch (TimeoutException ex) {
                actor.withdraw(query);
                throw new NoWorkerException("Workflow '" + workflow.workflowId() + "' did not answer within " + QUERY
                        + ": its code keeps its thread, or its database does not answer");
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for the answer", ex);
            }
            catch (ExecutionException ex) {
                Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
                if (cause instanceof EngineStoppedException stopped) {
                    throw stopped;
                }
                if (!(cause instanceof MovedException)) {
                    throw queryFailed(call.name(), cause);
                }
            }
        }
        return queryHistory(this.runs.find(workflow), call);
    }

    private static RuntimeException queryFailed(String name, Throwable cause) {
        // What was rejected names the query already.
        return new QueryFailedException((cause instanceof QueryRejected) ? cause.getMessage()
                : "Query '" + name + "' failed: " + cause.getMessage(), cause);
    }

    private Json queryHistory(EngineStore.ExecutionRow row, HandlerCall call) {
        WorkflowDefinition definition = this.engine.types().workflow(row.workflowType());
        if (definition == null) {
            throw new NoWorkerException("The code of workflow type '" + row.workflowType()
                    + "' is not in this application; ask one that has it. Known here: "
                    + this.engine.types().workflowTypes());
        }
        try (WorkflowMachine machine = new WorkflowMachine(definition, this.engine.machineSettings())) {
            try {
                machine.replay(this.engine.store().history(row.runId(), 0));
            }
            catch (NonDeterminismException | WorkflowTaskFailedException blocked) {
                Json answer = machine.queryAfter(blocked, call.name());
                if (answer == null) {
                    throw queryFailed(call.name(), blocked);
                }
                return answer;
            }
            return machine.query(call.name(), call.input(), call.header());
        }
        catch (QueryRejected ex) {
            throw queryFailed(call.name(), ex);
        }
    }

}

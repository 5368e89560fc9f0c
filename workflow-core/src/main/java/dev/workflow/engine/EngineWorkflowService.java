package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import dev.workflow.client.OperatorAction;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.WorkerVersions;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.history.HistoryEvent;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * What clients and REST ask of the engine. Each kind of request has a class of its own;
 * here are the ends of runs, their results and their histories.
 */
public final class EngineWorkflowService implements WorkflowService {

    private final WorkflowEngine engine;

    private final RunLookup runs;

    private final OutgoingCalls calls;

    private final RunMessages messages;

    private final Starts starts;

    private final Queries queries;

    private final Updates updates;

    private final Descriptions descriptions;

    private final ActivityCompletions completions;

    private final Resets resets;

    private final OperatorService operator;

    /** A service in front of the given engine. */
    public EngineWorkflowService(WorkflowEngine engine) {
        this.engine = engine;
        this.runs = new RunLookup(engine);
        this.calls = new OutgoingCalls(engine);
        this.messages = new RunMessages(engine, this.runs, this.calls);
        this.starts = new Starts(engine, this.calls, this.messages);
        this.queries = new Queries(engine, this.runs, this.calls);
        this.updates = new Updates(engine, this.runs, this.calls, this.starts);
        this.descriptions = new Descriptions(engine, this.runs);
        this.completions = new ActivityCompletions(engine, this.runs, this.calls);
        this.resets = new Resets(engine);
        this.operator = new EngineOperatorService(engine, this.runs, this.calls, this.completions);
    }

    private EngineStore store() {
        return this.engine.store();
    }

    @Override
    public Acting actAs(@Nullable String identity) {
        return this.engine.identities().actAs(identity);
    }

    @Override
    public <T> Supplier<T> asHere(Supplier<T> work) {
        return this.calls.asHere(work);
    }

    @Override
    public OperatorService operator() {
        return this.operator;
    }

    @Override
    public ScheduleService schedules() {
        return new EngineScheduleService(this.engine, this.starts, this.calls);
    }

    @Override
    public boolean joinsTransaction() {
        return store().callerTransaction() != null;
    }

    @Override
    public StartResult start(StartRequest request) {
        return this.starts.start(request, null);
    }

    @Override
    public void signal(WorkflowRef workflow, HandlerCall call, @Nullable String requestId) {
        this.messages.signal(workflow, call, requestId);
    }

    @Override
    public void cancel(WorkflowRef workflow, @Nullable String reason) {
        this.messages.cancel(workflow, reason);
    }

    @Override
    public void cancelIfOpen(WorkflowRef workflow, @Nullable String reason) {
        this.messages.cancelIfOpen(workflow, reason);
    }

    @Override
    public void terminate(WorkflowRef workflow, @Nullable String reason) {
        this.messages.terminate(workflow, reason);
    }

    @Override
    public StartResult reset(WorkflowRef workflow, ResetPoint point, ResetOptions options) {
        this.calls.request(options.reason());
        EngineStore.ExecutionRow row = this.runs.find(workflow);
        this.engine.backPressure().admit(row.taskQueue());
        return this.resets.make(new Resets.Wish(row, point, null, options));
    }

    @Override
    public StartResult fork(WorkflowRef workflow, ResetPoint point, String newWorkflowId, ResetOptions options) {
        this.calls.request(options.reason());
        EngineStore.ExecutionRow row = this.runs.find(workflow);
        this.engine.backPressure().admit(row.taskQueue());
        return this.resets.make(new Resets.Wish(row, point, newWorkflowId, options));
    }

    @Override
    public void delete(WorkflowRef workflow, boolean terminate, @Nullable String reason) {
        if (store().callerTransaction() != null) {
            throw new IllegalStateException(
                    "'delete' makes transactions of its own, and what this one does to workflow '"
                            + workflow.workflowId() + "' would stand in their way. Call it outside of a transaction.");
        }
        EngineStore.ExecutionRow row = terminate ? terminated(workflow, reason) : this.runs.find(workflow);
        UUID runId = row.runId();
        if (row.closedAt() == null && !terminate) {
            throw new ActionRefusedException("Workflow '" + row.workflowId() + "' (run " + runId
                    + ") is open. Delete it when it has ended, or let it be terminated first.");
        }
        OperatorAction action = this.engine.identities()
            .action("DeleteWorkflow", OperatorAction.Subject.WORKFLOW, row.workflowId(), new Operator(null, reason))
            .detail("run " + runId + " of type " + row.workflowType()
                    + ((row.closedAt() == null) ? ", which was open" : ""));
        this.engine.schedules().takeNoteOf(row);
        this.engine.patiently(() -> {
            if (store().delete(List.of(runId), () -> true, action) == 0 && store().execution(runId) != null) {
                throw new StoreException(StoreException.Kind.LOCKED, "Run " + runId + " is held by somebody", null);
            }
            return true;
        });
    }

    /** The run that is meant, which has ended now, as it was before. */
    private EngineStore.ExecutionRow terminated(WorkflowRef workflow, @Nullable String reason) {
        Request request = this.calls.request((reason != null) ? "It is deleted: " + reason : "It is deleted");
        for (Pursuit pursuit = new Pursuit(); pursuit.goesOn();) {
            EngineStore.ExecutionRow row = this.runs.find(workflow);
            if (row.closedAt() != null
                    || this.engine.patiently(() -> this.engine.terminations().terminate(row.runId(), request))) {
                return row;
            }
            // It has just ended, and the workflow may go on in its next run.
        }
        throw new WorkflowNotFoundException(workflow.workflowId(), "Workflow " + workflow.workflowId()
                + " was not deleted: its runs kept ending before they could be terminated.");
    }

    @Override
    public Json query(WorkflowRef workflow, HandlerCall call) {
        return this.queries.query(workflow, call);
    }

    @Override
    public UpdateOutcome update(WorkflowRef workflow, @Nullable String updateId, HandlerCall call,
            boolean untilCompleted, Duration timeout) {
        return this.updates.update(workflow, updateId, call, untilCompleted, timeout);
    }

    @Override
    public StartedUpdate updateWithStart(StartRequest request, @Nullable String updateId, HandlerCall call,
            Duration timeout) {
        return this.updates.updateWithStart(request, updateId, call, timeout);
    }

    @Override
    public UpdateOutcome updateOutcome(WorkflowRef workflow, String updateId, Duration timeout) {
        return this.updates.outcome(workflow, updateId, timeout);
    }

    @Override
    public UpdateOutcome updateOutcome(String workflowId, UpdateOutcome accepted, Duration timeout) {
        return this.updates.outcome(workflowId, accepted, timeout);
    }

    @Override
    public @Nullable WorkflowOutcome result(WorkflowRef workflow, boolean followChain, Duration timeout) {
        CompletableFuture<WorkflowOutcome> future = resultAsync(workflow, followChain);
        try {
            return this.engine.waits().get(future, timeout);
        }
        catch (TimeoutException ex) {
            future.cancel(false);
            return null;
        }
        catch (ExecutionException ex) {
            throw Waits.failure(ex);
        }
        catch (InterruptedException ex) {
            future.cancel(false);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the result", ex);
        }
    }

    @Override
    public CompletableFuture<WorkflowOutcome> resultAsync(WorkflowRef workflow, boolean followChain) {
        this.runs.refuseInTransaction(workflow.workflowId(), "result");
        RunActor actor = this.runs.resident(workflow);
        if (actor != null) {
            return result(workflow.workflowId(), actor.runId(), followChain);
        }
        EngineStore.ExecutionRow row = this.runs.find(workflow);
        boolean known = row.closedAt() != null && (row.continuedRunId() == null || !followChain);
        return known ? this.engine.results().of(row) : result(row.workflowId(), row.runId(), followChain);
    }

    private CompletableFuture<WorkflowOutcome> result(String workflowId, UUID runId, boolean followChain) {
        return followChain ? this.engine.results().ofChain(workflowId, runId)
                : this.engine.results().of(workflowId, runId);
    }

    @Override
    public WorkflowDetails describe(WorkflowRef workflow) {
        return this.descriptions.describe(workflow);
    }

    @Override
    public List<HistoryEvent> history(WorkflowRef workflow, long afterEventId, int limit) {
        return store().historyPage(this.runs.find(workflow).runId(), afterEventId, limit);
    }

    @Override
    public WorkerVersions workerVersions() {
        return new EngineWorkerVersions(this.engine);
    }

    @Override
    public void completeActivity(String taskToken, Json result) {
        this.completions.complete(taskToken, result);
    }

    @Override
    public void failActivity(String taskToken, FailureInfo failure) {
        this.completions.fail(taskToken, failure);
    }

    @Override
    public void failActivity(String taskToken, Throwable thrown) {
        this.completions.fail(taskToken, thrown);
    }

    @Override
    public boolean heartbeatActivity(String taskToken, Json details) {
        return this.completions.heartbeat(taskToken, details);
    }

    @Override
    public void completeActivity(String workflowId, String activityId, Json result) {
        this.completions.complete(workflowId, activityId, result);
    }

    @Override
    public void failActivity(String workflowId, String activityId, FailureInfo failure) {
        this.completions.fail(workflowId, activityId, failure);
    }

    @Override
    public void failActivity(String workflowId, String activityId, Throwable thrown) {
        this.completions.fail(workflowId, activityId, thrown);
    }

    @Override
    public boolean heartbeatActivity(String workflowId, String activityId, Json details) {
        return this.completions.heartbeat(workflowId, activityId, details);
    }

}

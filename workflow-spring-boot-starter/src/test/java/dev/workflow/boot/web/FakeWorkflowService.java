package dev.workflow.boot.web;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.ConcurrencyDescription;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.client.WorkerVersions;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.ActivityAction;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.FairnessService;
import dev.workflow.engine.FairnessWeight;
import dev.workflow.engine.HandlerCall;
import dev.workflow.engine.Operator;
import dev.workflow.engine.OperatorService;
import dev.workflow.engine.ScheduleService;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.StartResult;
import dev.workflow.engine.StartedUpdate;
import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.WorkflowDetails;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what it was asked and answers what it was told to. Knows one open workflow,
 * {@code order-1}.
 */
class FakeWorkflowService implements WorkflowService {

    /** How many events it gives at once, however many it is asked for. */
    int largestPage = Integer.MAX_VALUE;

    final FakeVersions versions = new FakeVersions();

    static final String RUN_ID = "0198f3a0-0000-7000-8000-000000000001";

    final List<String> calls = new CopyOnWriteArrayList<>();

    final FakeScheduleService schedules = new FakeScheduleService();

    final List<StartRequest> starts = new ArrayList<>();

    final Map<String, List<HistoryEvent>> histories = new LinkedHashMap<>();

    /** By run id, of whichever workflow. */
    final Map<String, List<HistoryEvent>> earlierRuns = new LinkedHashMap<>();

    final CompletableFuture<WorkflowOutcome> outcome = new CompletableFuture<>();

    final OperatorService operator = new FakeOperatorService();

    boolean existing;

    Json answer = Json.NULL;

    UpdateOutcome accepted = new UpdateOutcome("u-1", RUN_ID, UpdateOutcome.Stage.ACCEPTED, null, null);

    @Nullable UpdateOutcome updated;

    @Nullable RuntimeException failure;

    @Nullable String problem;

    @Nullable Duration updateTimeout;

    @Nullable RuntimeException failOnUpdate;

    /** Until then nobody takes an update. */
    CompletableFuture<Void> acceptance = CompletableFuture.completedFuture(null);

    /** Until then an update that was taken goes on. */
    CompletableFuture<Void> completion = CompletableFuture.completedFuture(null);

    FakeWorkflowService() {
        this.histories.put("order-1", new CopyOnWriteArrayList<>(List.of(started("order-1", "OrderWorkflow"))));
    }

    static WorkflowExecutionStarted started(String workflowId, String type) {
        return new WorkflowExecutionStarted(1, Instant.EPOCH, workflowId, RUN_ID, type, "orders", Json.EMPTY_ARRAY,
                RUN_ID, null, 1, null, null, null, null, null, Map.of(), Map.of(), null, 3, null, null, Map.of(), null,
                null, null);
    }

    private void called(String call, WorkflowRef workflow) {
        fail();
        find(workflow);
        this.calls.add(call);
    }

    private void fail() {
        if (this.failure != null) {
            throw this.failure;
        }
    }

    private List<HistoryEvent> find(WorkflowRef workflow) {
        boolean latest = workflow.runId() == null || workflow.runId().equals(RUN_ID);
        List<HistoryEvent> history = latest ? this.histories.get(workflow.workflowId())
                : this.earlierRuns.get(workflow.runId());
        if (history == null) {
            throw new WorkflowNotFoundException(workflow.workflowId());
        }
        return history;
    }

    @Override
    public OperatorService operator() {
        return this.operator;
    }

    @Override
    public ScheduleService schedules() {
        fail();
        return this.schedules;
    }

    @Override
    public boolean joinsTransaction() {
        return false;
    }

    @Override
    public StartResult start(StartRequest request) {
        fail();
        this.starts.add(request);
        String id = (request.workflowId() != null) ? request.workflowId() : "generated";
        return new StartResult(id, RUN_ID, !this.existing);
    }

    @Override
    public void signal(WorkflowRef workflow, HandlerCall call, @Nullable String requestId) {
        called("signal " + call.name() + call.input() + " " + requestId, workflow);
    }

    @Override
    public Json query(WorkflowRef workflow, HandlerCall call) {
        called("query " + call.name() + call.input(), workflow);
        return this.answer;
    }

    @Override
    public UpdateOutcome update(WorkflowRef workflow, @Nullable String updateId, HandlerCall call,
            boolean untilCompleted, Duration timeout) {
        called("update " + call.name() + call.input() + " " + updateId, workflow);
        this.updateTimeout = timeout;
        if (this.failOnUpdate != null) {
            throw this.failOnUpdate;
        }
        this.acceptance.join();
        return this.accepted;
    }

    @Override
    public StartedUpdate updateWithStart(StartRequest request, @Nullable String updateId, HandlerCall call,
            Duration timeout) {
        throw new UnsupportedOperationException("There is no such resource");
    }

    @Override
    public UpdateOutcome updateOutcome(WorkflowRef workflow, String updateId, Duration timeout) {
        if (!this.completion.isDone()) {
            called("outcome", workflow);
            this.completion.join();
        }
        if (this.updated == null) {
            throw new ResultTimeoutException(workflow.workflowId(), timeout);
        }
        return this.updated;
    }

    @Override
    public @Nullable WorkflowOutcome result(WorkflowRef workflow, boolean followChain, Duration timeout) {
        called("result " + followChain, workflow);
        return this.outcome.getNow(null);
    }

    @Override
    public CompletableFuture<WorkflowOutcome> resultAsync(WorkflowRef workflow, boolean followChain) {
        called("resultAsync " + followChain, workflow);
        return this.outcome.copy();
    }

    @Override
    public void cancel(WorkflowRef workflow, @Nullable String reason) {
        called("cancel " + reason, workflow);
    }

    @Override
    public void cancelIfOpen(WorkflowRef workflow, @Nullable String reason) {
        called("cancelIfOpen " + reason, workflow);
    }

    @Override
    public void terminate(WorkflowRef workflow, @Nullable String reason) {
        called("terminate " + reason, workflow);
    }

    @Override
    public WorkerVersions workerVersions() {
        return this.versions;
    }

    @Override
    public void delete(WorkflowRef workflow, boolean terminate, @Nullable String reason) {
        called("delete " + terminate, workflow);
    }

    @Override
    public StartResult reset(WorkflowRef workflow, ResetPoint point, ResetOptions options) {
        called("reset " + point + " " + options, workflow);
        return new StartResult(workflow.workflowId(), RUN_ID, true);
    }

    @Override
    public StartResult fork(WorkflowRef workflow, ResetPoint point, String newWorkflowId, ResetOptions options) {
        if (newWorkflowId.equals("has-child")) {
            throw new dev.workflow.engine.ChildIsOpenException("waits for its child");
        }
        called("fork " + point + " " + options + " as " + newWorkflowId, workflow);
        return new StartResult(newWorkflowId, RUN_ID, true);
    }

    @Override
    public WorkflowDetails describe(WorkflowRef workflow) {
        called("describe", workflow);
        FailureInfo last = new FailureInfo(FailureInfo.Kind.APPLICATION, "no stock", "OutOfStock", "at Stock.java",
                false, null, null, null, null, null, null, null, null, null);
        return new WorkflowDetails(workflow.workflowId(), RUN_ID, RUN_ID, "OrderWorkflow", "orders",
                WorkflowStatus.RUNNING, Instant.EPOCH, null, 1,
                List.of(new WorkflowDetails.PendingActivityTask(
                        "2", "Stock.reserve", "orders", 3, "BACKING_OFF", last, Instant.EPOCH.plusSeconds(9), null)),
                List.of(),
                List.of(new WorkflowDetails.PendingChild("ship-1", RUN_ID, "Shipping", ParentClosePolicy.ABANDON,
                        Instant.EPOCH)),
                Map.of("note", new Json("{\"a\":1.50}")), Map.of("CustomerId", "c-1"), null, "7", this.problem, null,
                null, null, false, "**packing**", 2, "gold");
    }

    @Override
    public List<HistoryEvent> history(WorkflowRef workflow, long afterEventId, int limit) {
        fail();
        return find(workflow).stream()
            .filter((event) -> event.eventId() > afterEventId)
            .limit(Math.min(limit, this.largestPage))
            .toList();
    }

    @Override
    public void completeActivity(String taskToken, Json result) {
        fail();
        this.calls.add("complete " + taskToken + " " + result);
    }

    @Override
    public void failActivity(String taskToken, FailureInfo failure) {
        fail();
        this.calls.add("fail " + taskToken + " " + failure.type() + " " + failure.message() + " " + failure.details()
                + " " + failure.nonRetryable());
    }

    @Override
    public void failActivity(String taskToken, Throwable thrown) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean heartbeatActivity(String taskToken, Json details) {
        fail();
        this.calls.add("heartbeat " + taskToken + " " + details);
        return true;
    }

    @Override
    public void completeActivity(String workflowId, String activityId, Json result) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void failActivity(String workflowId, String activityId, FailureInfo failure) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void failActivity(String workflowId, String activityId, Throwable thrown) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean heartbeatActivity(String workflowId, String activityId, Json details) {
        throw new UnsupportedOperationException();
    }

    /** Remembers what was done to the one open workflow. */
    private final class FakeOperatorService implements OperatorService {

        @Override
        public void activity(WorkflowRef workflow, String activityId, ActivityAction action, Operator operator) {
            called("activity " + activityId + " " + action + " by " + operator.identity() + " because "
                    + operator.reason(), workflow);
        }

        @Override
        public void pause(WorkflowRef workflow, Operator operator) {
            called("pause because " + operator.reason(), workflow);
        }

        @Override
        public void unpause(WorkflowRef workflow, Operator operator) {
            called("unpause because " + operator.reason(), workflow);
        }

        @Override
        public void pause(EngineStore.Control.Kind kind, String name, Operator operator) {
            FakeWorkflowService.this.calls.add("pause " + kind + " " + name + " because " + operator.reason());
        }

        @Override
        public void unpause(EngineStore.Control.Kind kind, String name, Operator operator) {
            FakeWorkflowService.this.calls.add("unpause " + kind + " " + name);
        }

        @Override
        public void limitRate(String taskQueue, @Nullable Double perSecond, Operator operator) {
            FakeWorkflowService.this.calls.add("limitRate " + taskQueue + " " + perSecond);
        }

        @Override
        public void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots,
                Operator operator) {
            FakeWorkflowService.this.calls.add("setSlots " + taskQueue + " " + activitySlots + " " + workflowSlots);
        }

        @Override
        public FairnessService fairness() {
            return new FairnessService() {

                @Override
                public List<FairnessWeight> weights() {
                    return List.of(new FairnessWeight("gold", 5, Instant.EPOCH, "ann"));
                }

                @Override
                public void weigh(String key, @Nullable Double weight, Operator operator) {
                    FakeWorkflowService.this.calls.add("weigh " + key + " " + weight
                            + ((operator.reason() != null) ? " because " + operator.reason() : ""));
                }

            };
        }

        @Override
        public void limitConcurrency(String workflowType, @Nullable ConcurrencyLimit limit, Operator operator) {
            FakeWorkflowService.this.calls
                .add("limitConcurrency " + workflowType + " " + limit + " " + operator.identity());
        }

        @Override
        public void resetConcurrency(String workflowType, Operator operator) {
            FakeWorkflowService.this.calls.add("resetConcurrency " + workflowType);
        }

        @Override
        public ConcurrencyDescription concurrency(String workflowType) {
            return new ConcurrencyDescription(ConcurrencyLimit.of(5).withMaxPerKey(1), "alice", Instant.EPOCH, 5, 7, 1);
        }

        @Override
        public List<String> limitedTypes() {
            return List.of("OrderWorkflow");
        }

        @Override
        public @Nullable Double configuredRate(String taskQueue) {
            return taskQueue.equals("orders") ? 3.5 : null;
        }

        @Override
        public List<EngineStore.Control> taskQueues() {
            EngineStore.Control.Kind kind = EngineStore.Control.Kind.TASK_QUEUE;
            return List.of(new EngineStore.Control(kind, "orders", null, null, null, 12.5, 7, null),
                    new EngineStore.Control(kind, "mail", Instant.EPOCH, "alice", null, null, null, null),
                    new EngineStore.Control(kind, "released", null, null, null, null, null, null));
        }

        @Override
        public List<dev.workflow.client.OperatorAction> actions(
                dev.workflow.client.OperatorAction.@Nullable Subject subject, @Nullable String name, long before,
                int limit) {
            FakeWorkflowService.this.calls.add("actions " + subject + " " + name + " " + before + " " + limit);
            return List.of(new dev.workflow.client.OperatorAction(7, Instant.EPOCH, "ann", "PauseTaskQueue",
                    dev.workflow.client.OperatorAction.Subject.TASK_QUEUE, "orders", "why", null));
        }

        @Override
        public List<EngineStore.Control> pauses() {
            return List.of(new EngineStore.Control(EngineStore.Control.Kind.TASK_QUEUE, "orders", Instant.EPOCH,
                    "alice", "maintenance"));
        }

    }

}

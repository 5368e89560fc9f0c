package dev.workflow.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

import dev.workflow.client.WorkerVersions;
import dev.workflow.engine.FairnessService;
import dev.workflow.engine.FairnessWeight;
import dev.workflow.engine.HandlerCall;
import dev.workflow.engine.ScheduleService;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.StartResult;
import dev.workflow.engine.StartedUpdate;
import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.WorkflowDetails;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.engine.ActivityAction;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.Operator;
import dev.workflow.engine.OperatorService;
import dev.workflow.history.HistoryEvent;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** Writes down what the client asks of the engine, and answers what it was told to. */
class RecordingService implements WorkflowService {

    final List<String> calls = new ArrayList<>();

    final RecordingScheduleService schedules = new RecordingScheduleService(this.calls);

    final List<StartRequest> starts = new ArrayList<>();

    final Queue<UpdateOutcome> updates = new ArrayDeque<>();

    final CompletableFuture<WorkflowOutcome> outcome = new CompletableFuture<>();

    final List<HistoryEvent> events = new ArrayList<>();

    Json answer = Json.NULL;

    @Nullable WorkflowDetails details;

    boolean cancelRequested;

    boolean inTransaction;

    @Override
    public OperatorService operator() {
        return new OperatorService() {

            @Override
            public void activity(WorkflowRef workflow, String activityId, ActivityAction action, Operator operator) {
                record("activity", workflow, activityId, action, operator);
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
                        RecordingService.this.calls.add("weigh " + key + " " + weight);
                    }

                };
            }

            @Override
            public void pause(WorkflowRef workflow, Operator operator) {
                record("pause", workflow, operator.reason());
            }

            @Override
            public void unpause(WorkflowRef workflow, Operator operator) {
                record("unpause", workflow);
            }

            @Override
            public void pause(EngineStore.Control.Kind kind, String name, Operator operator) {
                record("pause", kind, name, operator.reason());
            }

            @Override
            public void unpause(EngineStore.Control.Kind kind, String name, Operator operator) {
                record("unpause", kind, name);
            }

            @Override
            public void limitRate(String taskQueue, @Nullable Double perSecond, Operator operator) {
                record("limitRate", taskQueue, perSecond);
            }

            @Override
            public void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots,
                    Operator operator) {
                record("setSlots", taskQueue, activitySlots, workflowSlots);
            }

            @Override
            public void limitConcurrency(String workflowType, @Nullable ConcurrencyLimit limit, Operator operator) {
                record("limitConcurrency", workflowType, limit);
            }

            @Override
            public void resetConcurrency(String workflowType, Operator operator) {
                record("resetConcurrency", workflowType);
            }

            @Override
            public ConcurrencyDescription concurrency(String workflowType) {
                return new ConcurrencyDescription(ConcurrencyLimit.of(3), "ada", null, 3, 2, 1);
            }

            @Override
            public List<String> limitedTypes() {
                return List.of();
            }

            @Override
            public @Nullable Double configuredRate(String taskQueue) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<EngineStore.Control> taskQueues() {
                return List.of();
            }

            @Override
            public List<OperatorAction> actions(OperatorAction.@Nullable Subject subject, @Nullable String name,
                    long before, int limit) {
                record("actions", subject, name, before, limit);
                return List.of();
            }

            @Override
            public List<EngineStore.Control> pauses() {
                return List.of();
            }

        };
    }

    @Override
    public ScheduleService schedules() {
        return this.schedules;
    }

    @Override
    public boolean joinsTransaction() {
        return this.inTransaction;
    }

    final List<Map<String, String>> headers = new ArrayList<>();

    @Override
    public StartResult start(StartRequest request) {
        this.starts.add(request);
        return new StartResult((request.workflowId() != null) ? request.workflowId() : "generated", "run-1", true);
    }

    @Override
    public void signal(WorkflowRef workflow, HandlerCall call, @Nullable String requestId) {
        this.headers.add(call.header());
        record("signal", workflow, call.name(), call.input());
    }

    @Override
    public Json query(WorkflowRef workflow, HandlerCall call) {
        this.headers.add(call.header());
        record("query", workflow, call.name(), call.input());
        return this.answer;
    }

    @Override
    public UpdateOutcome update(WorkflowRef workflow, @Nullable String updateId, HandlerCall call,
            boolean untilCompleted, Duration timeout) {
        this.headers.add(call.header());
        record("update", workflow, updateId, call.name(), call.input(), untilCompleted);
        return this.updates.remove();
    }

    @Override
    public StartedUpdate updateWithStart(StartRequest request, @Nullable String updateId, HandlerCall call,
            Duration timeout) {
        record("updateWithStart", updateId, call.name(), call.input());
        return new StartedUpdate(start(request), this.updates.remove());
    }

    @Override
    public UpdateOutcome updateOutcome(WorkflowRef workflow, String updateId, Duration timeout) {
        record("updateOutcome", workflow, updateId);
        return this.updates.remove();
    }

    @Override
    public @Nullable WorkflowOutcome result(WorkflowRef workflow, boolean followChain, Duration timeout) {
        record("result", workflow, followChain);
        return this.outcome.getNow(null);
    }

    @Override
    public CompletableFuture<WorkflowOutcome> resultAsync(WorkflowRef workflow, boolean followChain) {
        record("resultAsync", workflow, followChain);
        return this.outcome;
    }

    @Override
    public void cancel(WorkflowRef workflow, @Nullable String reason) {
        record("cancel", workflow);
    }

    @Override
    public void cancelIfOpen(WorkflowRef workflow, @Nullable String reason) {
        record("cancelIfOpen", workflow);
    }

    @Override
    public void terminate(WorkflowRef workflow, @Nullable String reason) {
        record("terminate", workflow, reason);
    }

    @Override
    public WorkerVersions workerVersions() {
        throw new UnsupportedOperationException("Not in these tests");
    }

    @Override
    public void delete(WorkflowRef workflow, boolean terminate, @Nullable String reason) {
        record("delete", workflow, terminate);
    }

    @Override
    public StartResult reset(WorkflowRef workflow, ResetPoint point, ResetOptions options) {
        record("reset", workflow, point, options);
        return new StartResult(workflow.workflowId(), "run-2", true);
    }

    @Override
    public StartResult fork(WorkflowRef workflow, ResetPoint point, String newWorkflowId, ResetOptions options) {
        record("fork", workflow, point, newWorkflowId, options);
        return new StartResult(newWorkflowId, "run-3", true);
    }

    @Override
    public WorkflowDetails describe(WorkflowRef workflow) {
        record("describe", workflow);
        return Objects.requireNonNull(this.details);
    }

    @Override
    public List<HistoryEvent> history(WorkflowRef workflow, long afterEventId, int limit) {
        record("history", workflow, afterEventId);
        return this.events.stream().filter((event) -> event.eventId() > afterEventId).limit(limit).toList();
    }

    @Override
    public void completeActivity(String taskToken, Json result) {
        record("complete", taskToken, result);
    }

    @Override
    public void failActivity(String taskToken, FailureInfo failure) {
        record("fail", taskToken, failure.type(), failure.message());
    }

    @Override
    public void failActivity(String taskToken, Throwable thrown) {
        record("fail", taskToken, thrown);
    }

    @Override
    public boolean heartbeatActivity(String taskToken, Json details) {
        record("heartbeat", taskToken, details);
        return this.cancelRequested;
    }

    @Override
    public void completeActivity(String workflowId, String activityId, Json result) {
        record("complete", workflowId, activityId, result);
    }

    @Override
    public void failActivity(String workflowId, String activityId, FailureInfo failure) {
        record("fail", workflowId, activityId, failure.message());
    }

    @Override
    public void failActivity(String workflowId, String activityId, Throwable thrown) {
        record("fail", workflowId, activityId, thrown);
    }

    @Override
    public boolean heartbeatActivity(String workflowId, String activityId, Json details) {
        record("heartbeat", workflowId, activityId, details);
        return false;
    }

    private void record(@Nullable Object... parts) {
        StringBuilder call = new StringBuilder();
        for (Object part : parts) {
            call.append(call.isEmpty() ? "" : " ")
                .append((part instanceof WorkflowRef ref) ? ref.workflowId() + "/" + ref.runId() : part);
        }
        this.calls.add(call.toString());
    }

}

package dev.workflow.client;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.engine.EngineStore.Control;
import dev.workflow.Call;
import dev.workflow.Constraints;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowMethod;
import dev.workflow.client.EngineWorkflowHandle.Subject;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.Batches;
import dev.workflow.engine.HandlerCall;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.StartResult;
import dev.workflow.engine.StartedUpdate;
import dev.workflow.engine.WorkflowService;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.WorkflowLists;
import dev.workflow.worker.CallRecorder;
import dev.workflow.worker.MemberKind;
import dev.workflow.worker.Recorded;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * The client on the engine. Each of its calls, and of its handles', goes through the
 * interceptors under the method's name; their arguments are the workflow type or id, the
 * name of a signal, query or update, and then the arguments of the workflow's method.
 */
public final class EngineWorkflowClient implements WorkflowClient {

    /** What the class's workflow method returns, or anything where it has none. */
    private final ClassValue<Type> resultTypes = new ClassValue<>() {

        @Override
        protected Type computeValue(Class<?> type) {
            return MethodIntrospector
                .selectMethods(type,
                        (Method method) -> MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
                            .isPresent(WorkflowMethod.class))
                .stream()
                .findFirst()
                .map((method) -> GenericTypeResolver.resolveType(method.getGenericReturnType(), type))
                .orElse(Object.class);
        }

    };

    private final ClientCalls calls;

    private final WorkflowLists lists;

    private final StartRequests requests;

    private final @Nullable Batches batches;

    /**
     * A client.
     * @param service what does the work
     * @param recorder turns lambdas into calls
     * @param payloads encodes arguments and decodes results
     * @param failures encodes and decodes exceptions
     * @param lists lists and counts
     * @param interceptors what is put around each call, the first one outermost
     */
    public EngineWorkflowClient(WorkflowService service, CallRecorder recorder, PayloadConverter payloads,
            FailureConverter failures, WorkflowLists lists, List<ClientInterceptor> interceptors) {
        this(service, recorder, payloads, failures, lists, interceptors, null);
    }

    /**
     * A client that also begins batches.
     * @param service what does the work
     * @param recorder turns lambdas into calls
     * @param payloads encodes arguments and decodes results
     * @param failures encodes and decodes exceptions
     * @param lists lists and counts
     * @param interceptors what is put around each call, the first one outermost
     * @param batches begins batches; null: there are none
     */
    public EngineWorkflowClient(WorkflowService service, CallRecorder recorder, PayloadConverter payloads,
            FailureConverter failures, WorkflowLists lists, List<ClientInterceptor> interceptors,
            @Nullable Batches batches) {
        this.calls = new ClientCalls(service, recorder, payloads, failures, interceptors);
        this.lists = lists;
        this.requests = new StartRequests(payloads);
        this.batches = batches;
    }

    @Override
    public <W, R> WorkflowHandle<W, R> start(Class<W> type, Call<W, R> call, WorkflowOptions options) {
        return start("start", type, call, null, options);
    }

    @Override
    public <W> WorkflowHandle<W, Void> start(Class<W> type, VoidCall<W> call, WorkflowOptions options) {
        return start("start", type, call, null, options);
    }

    @Override
    public WorkflowHandle<Object, Object> start(String type, WorkflowOptions options, @Nullable Object... args) {
        Constraints.id("type", type);
        return this.calls.send("start", (headers) -> {
            StartRequest request = this.requests.of(type, this.calls.encode(args), options, IdConflictPolicy.FAIL,
                    null);
            return handle(this.calls.service().start(request.withHeader(headers)), null, Object.class);
        }, ClientCalls.flat(args, type));
    }

    @Override
    public <W, R> R execute(Class<W> type, Call<W, R> call, WorkflowOptions options) {
        refuseInTransaction("execute");
        return start(type, call, options).result();
    }

    @Override
    public <W> void execute(Class<W> type, VoidCall<W> call, WorkflowOptions options) {
        refuseInTransaction("execute");
        start(type, call, options).result();
    }

    /** Before anything is started: what follows waits for what only the commit shows. */
    private void refuseInTransaction(String call) {
        if (this.calls.service().joinsTransaction()) {
            throw new IllegalStateException("'" + call + "' waits for a workflow that would begin only with the commit "
                    + "of this transaction: nothing was started. Start it here and wait after the commit, or call '"
                    + call + "' outside of the transaction.");
        }
    }

    @Override
    public <W, R> WorkflowHandle<W, R> signalWithStart(Class<W> type, VoidCall<W> signal, Call<W, R> start,
            WorkflowOptions options) {
        return start("signalWithStart", type, start, signal, options);
    }

    @Override
    public <W> WorkflowHandle<W, Void> signalWithStart(Class<W> type, VoidCall<W> signal, VoidCall<W> start,
            WorkflowOptions options) {
        return start("signalWithStart", type, start, signal, options);
    }

    private <W, R> WorkflowHandle<W, R> start(String method, Class<W> type, VoidCall<W> call,
            @Nullable VoidCall<W> signalCall, WorkflowOptions options) {
        Recorded recorded = this.calls.recorder().record(type, call, MemberKind.WORKFLOW);
        Recorded signal = (signalCall != null) ? this.calls.recorder().record(type, signalCall, MemberKind.SIGNAL)
                : null;
        return this.calls.send(method, (headers) -> {
            StartRequest.Signal message = (signal != null)
                    ? new StartRequest.Signal(signal.name(), this.calls.encode(signal.arguments())) : null;
            WorkflowOptions effective = (signal != null) ? options.idConflictPolicy(IdConflictPolicy.USE_EXISTING)
                    : options;
            StartRequest request = this.requests
                .of(recorded.workflowType(), this.calls.encode(recorded.arguments()), effective, IdConflictPolicy.FAIL,
                        message)
                .declaring(this.calls.recorder().declaredTaskQueue(type));
            return handle(this.calls.service().start(request.withHeader(headers)), type,
                    ClientCalls.resultType(recorded, type));
        }, ClientCalls.flat(recorded.arguments(), recorded.workflowType()));
    }

    @Override
    public <W, U> UpdateHandle<U> updateWithStart(Class<W> type, Call<W, U> update, VoidCall<W> start,
            WorkflowOptions options) {
        Recorded recorded = this.calls.recorder().record(type, update, MemberKind.UPDATE);
        return updateWithStart(type, recorded, ClientCalls.resultType(recorded, type), start, options);
    }

    @Override
    public <W> UpdateHandle<Void> updateWithStart(Class<W> type, VoidCall<W> update, VoidCall<W> start,
            WorkflowOptions options) {
        Recorded recorded = this.calls.recorder().record(type, update, MemberKind.UPDATE);
        return updateWithStart(type, recorded, void.class, start, options);
    }

    private <W, U> UpdateHandle<U> updateWithStart(Class<W> type, Recorded update, Type resultType, VoidCall<W> start,
            WorkflowOptions options) {
        Recorded recorded = this.calls.recorder().record(type, start, MemberKind.WORKFLOW);
        return this.calls.send("updateWithStart", (headers) -> {
            refuseInTransaction("updateWithStart");
            StartRequest request = this.requests
                .of(recorded.workflowType(), this.calls.encode(recorded.arguments()), options,
                        IdConflictPolicy.USE_EXISTING, null)
                .declaring(this.calls.recorder().declaredTaskQueue(type));
            StartedUpdate sent = this.calls.service()
                .updateWithStart(request.withHeader(headers), null,
                        new HandlerCall(update.name(), this.calls.encode(update.arguments()), headers),
                        ClientCalls.FOREVER);
            return new EngineUpdateHandle<>(this.calls, resultType, sent.run().workflowId(),
                    new Outcomes(this.calls).accepted(sent.update()));
        }, ClientCalls.flat(update.arguments(), recorded.workflowType(), update.name()));
    }

    @Override
    public WorkflowHandle<Object, Object> workflow(String workflowId) {
        return handle(new Subject<>(Constraints.id("workflowId", workflowId), null, true, null, Object.class));
    }

    @Override
    public WorkflowHandle<Object, Object> workflow(String workflowId, String runId) {
        return handle(new Subject<>(Constraints.id("workflowId", workflowId), Constraints.id("runId", runId), false,
                null, Object.class));
    }

    @Override
    public <W> WorkflowHandle<W, Object> workflow(Class<W> type, String workflowId) {
        return handle(
                new Subject<>(Constraints.id("workflowId", workflowId), null, true, type, this.resultTypes.get(type)));
    }

    @Override
    public Stream<WorkflowDescription> list(String query) {
        return this.calls.call("list", () -> this.lists.stream(query).map(new Descriptions(this.calls.payloads())::of),
                query);
    }

    @Override
    public long count(String query) {
        return this.calls.call("count", () -> this.lists.count(query), query);
    }

    @Override
    public Map<String, Long> count(String query, String groupBy) {
        return this.calls.call("count", () -> this.lists.count(query, groupBy), query, groupBy);
    }

    @Override
    public void completeActivity(String workflowId, String activityId, @Nullable Object result) {
        this.calls.run("completeActivity",
                () -> this.calls.service()
                    .completeActivity(workflowId, activityId, this.calls.payloads().encode(result)),
                workflowId, activityId, result);
    }

    @Override
    public void failActivity(String workflowId, String activityId, RuntimeException failure) {
        this.calls.run("failActivity", () -> this.calls.service().failActivity(workflowId, activityId, failure),
                workflowId, activityId, failure);
    }

    @Override
    public void completeActivity(String taskToken, @Nullable Object result) {
        this.calls.run("completeActivity",
                () -> this.calls.service().completeActivity(taskToken, this.calls.payloads().encode(result)), taskToken,
                result);
    }

    @Override
    public void failActivity(String taskToken, RuntimeException failure) {
        this.calls.run("failActivity", () -> this.calls.service().failActivity(taskToken, failure), taskToken, failure);
    }

    @Override
    public void heartbeatActivity(String taskToken, @Nullable Object details) {
        this.calls.run("heartbeatActivity",
                () -> goOnUnless(
                        this.calls.service().heartbeatActivity(taskToken, this.calls.payloads().encode(details))),
                taskToken, details);
    }

    @Override
    public void heartbeatActivity(String workflowId, String activityId, @Nullable Object details) {
        this.calls.run("heartbeatActivity",
                () -> goOnUnless(this.calls.service()
                    .heartbeatActivity(workflowId, activityId, this.calls.payloads().encode(details))),
                workflowId, activityId, details);
    }

    private void goOnUnless(boolean cancelRequested) {
        if (cancelRequested) {
            throw this.calls.failures().decode(FailureInfo.canceled("The activity's cancellation is requested"));
        }
    }

    @Override
    public WorkerVersions workerVersions() {
        return new EngineWorkerVersions(this.calls);
    }

    @Override
    public TaskQueueHandle taskQueue(String name) {
        return new EngineControlHandle(this.calls, Control.Kind.TASK_QUEUE, Constraints.id("name", name));
    }

    @Override
    public WorkflowTypeHandle workflowType(String name) {
        return new EngineControlHandle(this.calls, Control.Kind.WORKFLOW_TYPE, Constraints.id("name", name));
    }

    @Override
    public FairnessWeights fairnessWeights() {
        return new EngineFairnessWeights(this.calls);
    }

    @Override
    public ScheduleClient schedules() {
        return new EngineScheduleClient(this.calls, this.requests);
    }

    @Override
    public BatchOperations batch(String query) {
        if (this.batches == null) {
            throw UnsupportedCapability.batches();
        }
        return new EngineBatchOperations(this.calls, this.batches, Constraints.notNull("query", query),
                BatchRequest.DEFAULT_RATE);
    }

    @Override
    public BatchHandle batchHandle(String batchId) {
        if (this.batches == null) {
            throw UnsupportedCapability.batches();
        }
        return new EngineBatchOperations.Handle(this.calls, this.batches, batchId);
    }

    private <W, R> EngineWorkflowHandle<W, R> handle(StartResult started, @Nullable Class<W> type, Type resultType) {
        return handle(new Subject<>(started.workflowId(), started.runId(), true, type, resultType));
    }

    private <W, R> EngineWorkflowHandle<W, R> handle(Subject<W> subject) {
        return new EngineWorkflowHandle<>(this.calls, subject);
    }

    @Override
    public List<OperatorAction> operatorActions(int limit) {
        return this.calls.call("operatorActions",
                () -> this.calls.service().operator().actions(null, null, Long.MAX_VALUE, limit), limit);
    }

    @Override
    public List<OperatorAction> operatorActions(OperatorAction.Subject subject, String name, int limit) {
        return this.calls.call("operatorActions",
                () -> this.calls.service().operator().actions(subject, name, Long.MAX_VALUE, limit), subject, name,
                limit);
    }

}

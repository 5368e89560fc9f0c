package dev.workflow.client;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.workflow.Call;
import dev.workflow.Constraints;
import dev.workflow.VoidCall;
import dev.workflow.engine.HandlerCall;
import dev.workflow.engine.Operator;
import dev.workflow.engine.StartResult;
import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.Json;
import dev.workflow.worker.MemberKind;
import dev.workflow.worker.Recorded;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * A handle on the engine. One that follows a chain sends to the run that is open,
 * whichever of the chain that is, and waits for the end of the chain that began with its
 * own run.
 */
final class EngineWorkflowHandle<W, R> implements WorkflowHandle<W, R> {

    private static final int HISTORY_PAGE = 1_000;

    private final ClientCalls calls;

    private final Subject<W> subject;

    /** Whom messages and questions go to. */
    private final WorkflowRef target;

    /** Whose result is waited for. */
    private final WorkflowRef awaited;

    EngineWorkflowHandle(ClientCalls calls, Subject<W> subject) {
        this.calls = calls;
        this.subject = subject;
        this.awaited = new WorkflowRef(subject.workflowId(), subject.runId());
        this.target = subject.followsChain() ? new WorkflowRef(subject.workflowId(), null) : this.awaited;
    }

    /**
     * What a handle is made for.
     *
     * @param workflowId the workflow id
     * @param runId the run, or the first one of the chain; null: the open run, else the
     * latest
     * @param followsChain whether the runs that it goes on as are meant, too
     * @param type the class or interface that typed calls are recorded on
     * @param resultType what the workflow returns
     */
    record Subject<W>(String workflowId, @Nullable String runId, boolean followsChain, @Nullable Class<W> type,
            Type resultType) {
    }

    @Override
    public String workflowId() {
        return this.subject.workflowId();
    }

    @Override
    public String runId() {
        String runId = this.subject.runId();
        return (runId != null) ? runId : describe().runId();
    }

    @Override
    public void signal(VoidCall<W> call) {
        Recorded recorded = record(call, MemberKind.SIGNAL);
        signal(recorded.name(), recorded.arguments());
    }

    @Override
    public void signal(String name, @Nullable Object... args) {
        Constraints.id("signalName", name);
        send("signal", name, args, (headers) -> {
            this.calls.service().signal(this.target, new HandlerCall(name, this.calls.encode(args), headers), null);
            return true;
        });
    }

    @Override
    public <Q> Q query(Call<W, Q> call) {
        Recorded recorded = record(call, MemberKind.QUERY);
        return query(recorded.name(), resultType(recorded), recorded.arguments());
    }

    @Override
    public <Q> Q query(String name, Class<Q> type, @Nullable Object... args) {
        return query(name, (Type) type, args);
    }

    @Override
    public <Q> Q query(String name, ParameterizedTypeReference<Q> type, @Nullable Object... args) {
        return query(name, type.getType(), args);
    }

    private <Q> Q query(String name, Type type, @Nullable Object[] args) {
        Constraints.id("queryName", name);
        return send("query", name, args, (headers) -> {
            Json answer = this.calls.service()
                .query(this.target, new HandlerCall(name, this.calls.encode(args), headers));
            return this.calls.decode(answer, type);
        });
    }

    @Override
    public <U> U update(Call<W, U> call) {
        Recorded recorded = record(call, MemberKind.UPDATE);
        return update(recorded.name(), resultType(recorded), recorded.arguments());
    }

    @Override
    public void update(VoidCall<W> call) {
        Recorded recorded = record(call, MemberKind.UPDATE);
        this.<@Nullable Object>update(recorded.name(), void.class, recorded.arguments());
    }

    @Override
    public <U> U update(String name, Class<U> type, @Nullable Object... args) {
        return update(name, (Type) type, args);
    }

    @Override
    public <U> U update(String name, ParameterizedTypeReference<U> type, @Nullable Object... args) {
        return update(name, type.getType(), args);
    }

    private <U> U update(String name, Type type, @Nullable Object[] args) {
        Constraints.id("updateName", name);
        return send("update", name, args, (headers) -> {
            UpdateOutcome outcome = this.calls.service()
                .update(this.target, null, new HandlerCall(name, this.calls.encode(args), headers), true,
                        ClientCalls.FOREVER);
            return new Outcomes(this.calls).value(outcome, type);
        });
    }

    @Override
    public <U> UpdateHandle<U> startUpdate(Call<W, U> call, UpdateOptions options) {
        Recorded recorded = record(call, MemberKind.UPDATE);
        return startUpdate(recorded, resultType(recorded), options);
    }

    @Override
    public UpdateHandle<Void> startUpdate(VoidCall<W> call, UpdateOptions options) {
        return startUpdate(record(call, MemberKind.UPDATE), void.class, options);
    }

    private <U> UpdateHandle<U> startUpdate(Recorded update, Type type, UpdateOptions options) {
        return send("startUpdate", update.name(), update.arguments(),
                (headers) -> sendUpdate(update, type, options, headers));
    }

    <U> UpdateHandle<U> sendUpdate(Recorded update, Type type, UpdateOptions options, Map<String, String> headers) {
        UpdateOutcome outcome = this.calls.service()
            .update(this.target, options.id(),
                    new HandlerCall(update.name(), this.calls.encode(update.arguments()), headers), false,
                    ClientCalls.FOREVER);
        return new EngineUpdateHandle<>(this.calls, type, workflowId(), new Outcomes(this.calls).accepted(outcome));
    }

    @Override
    public R result() {
        return result(ClientCalls.FOREVER);
    }

    @Override
    public R result(Duration timeout) {
        return result(this.subject.resultType(), timeout);
    }

    @Override
    public <T> T result(Class<T> type, Duration timeout) {
        return result((Type) type, timeout);
    }

    @Override
    public <T> T result(ParameterizedTypeReference<T> type, Duration timeout) {
        return result(type.getType(), timeout);
    }

    private <T> T result(Type type, Duration timeout) {
        Duration bounded = ClientCalls.bounded(timeout);
        return this.calls.call("result", () -> {
            WorkflowOutcome outcome = this.calls.service().result(this.awaited, this.subject.followsChain(), bounded);
            if (outcome == null) {
                throw new ResultTimeoutException(workflowId(), timeout);
            }
            return new Outcomes(this.calls).value(outcome, type);
        }, workflowId());
    }

    @Override
    public CompletableFuture<R> resultAsync() {
        return this.calls.call("resultAsync", () -> {
            CompletableFuture<WorkflowOutcome> outcome = this.calls.service()
                .resultAsync(this.awaited, this.subject.followsChain());
            // On a thread of its own: what callers append may block, and the engine's
            // threads must not.
            CompletableFuture<R> result = outcome.thenApplyAsync(
                    (ended) -> new Outcomes(this.calls).value(ended, this.subject.resultType()),
                    Thread::startVirtualThread);
            result.whenComplete((value, failure) -> outcome.cancel(false));
            return result;
        }, workflowId());
    }

    @Override
    public void cancel() {
        this.calls.run("cancel", () -> this.calls.service().cancelIfOpen(this.target, null), workflowId());
    }

    @Override
    public void terminate(String reason) {
        this.calls.run("terminate", () -> this.calls.service().terminate(this.target, reason), workflowId(), reason);
    }

    @Override
    public WorkflowHandle<W, R> reset(ResetPoint point) {
        return reset(point, ResetOptions.defaults());
    }

    @Override
    public WorkflowHandle<W, R> reset(ResetPoint point, ResetOptions options) {
        return made(this.calls.call("reset", () -> this.calls.service().reset(this.target, point, options),
                workflowId(), point, options));
    }

    @Override
    public WorkflowHandle<W, R> fork(ResetPoint point, String newWorkflowId) {
        return fork(point, newWorkflowId, ResetOptions.defaults());
    }

    @Override
    public WorkflowHandle<W, R> fork(ResetPoint point, String newWorkflowId, ResetOptions options) {
        Constraints.id("newWorkflowId", newWorkflowId);
        return made(this.calls.call("fork", () -> this.calls.service().fork(this.target, point, newWorkflowId, options),
                workflowId(), point, newWorkflowId, options));
    }

    @Override
    public void delete() {
        this.calls.run("delete", () -> this.calls.service().delete(this.target, false), workflowId());
    }

    @Override
    public void terminateAndDelete() {
        this.calls.run("terminateAndDelete", () -> this.calls.service().delete(this.target, true), workflowId());
    }

    private WorkflowHandle<W, R> made(StartResult run) {
        return new EngineWorkflowHandle<>(this.calls,
                new Subject<>(run.workflowId(), run.runId(), true, this.subject.type(), this.subject.resultType()));
    }

    @Override
    public void pause(String reason) {
        this.calls.run("pause", () -> this.calls.service().operator().pause(this.target, new Operator(null, reason)),
                workflowId(), reason);
    }

    @Override
    public void unpause() {
        this.calls.run("unpause", () -> this.calls.service().operator().unpause(this.target, Operator.UNKNOWN),
                workflowId());
    }

    @Override
    public boolean isPaused() {
        return this.calls.call("isPaused", () -> this.calls.service().describe(this.target).isPaused(), workflowId());
    }

    @Override
    public ActivityHandle activity(String activityId) {
        return new EngineActivityHandle(this.calls, this.target, Constraints.id("activityId", activityId));
    }

    @Override
    public Optional<String> problem() {
        return this.calls.call("describe",
                () -> Optional.ofNullable(this.calls.service().describe(this.target).problem()), workflowId());
    }

    @Override
    public WorkflowDescription describe() {
        return this.calls.call("describe",
                () -> new Descriptions(this.calls.payloads()).of(this.calls.service().describe(this.target)),
                workflowId());
    }

    @Override
    public List<HistoryEvent> history() {
        return this.calls.call("history", this::readHistory, workflowId());
    }

    private List<HistoryEvent> readHistory() {
        List<HistoryEvent> page = this.calls.service().history(this.target, 0, HISTORY_PAGE);
        List<HistoryEvent> events = new ArrayList<>(page);
        while (!page.isEmpty()) {
            // One run for all pages, even if the workflow goes on as another one
            // meanwhile.
            String runId = ((WorkflowExecutionStarted) events.getFirst()).runId();
            page = this.calls.service()
                .history(new WorkflowRef(workflowId(), runId), events.getLast().eventId(), HISTORY_PAGE);
            events.addAll(page);
        }
        return List.copyOf(events);
    }

    private Recorded record(VoidCall<W> call, MemberKind kind) {
        return this.calls.recorder().record(typed(), call, kind);
    }

    private Type resultType(Recorded recorded) {
        return ClientCalls.resultType(recorded, typed());
    }

    private Class<W> typed() {
        Class<W> type = this.subject.type();
        if (type == null) {
            throw new IllegalArgumentException("This handle does not know the class of workflow " + workflowId()
                    + ". Make it with client.workflow(Class, workflowId), or make the call by its name.");
        }
        return type;
    }

    private <T> T send(String method, String name, @Nullable Object[] args, Function<Map<String, String>, T> target) {
        return this.calls.send(method, target, ClientCalls.flat(args, workflowId(), name));
    }

}

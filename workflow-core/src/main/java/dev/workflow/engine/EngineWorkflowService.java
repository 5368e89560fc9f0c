package dev.workflow.engine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.QueryFailedException;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.client.WorkerVersions;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.TimerCanceled;
import dev.workflow.history.TimerFired;
import dev.workflow.history.TimerStarted;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadException;
import dev.workflow.payload.UnreadablePayloadException;
import dev.workflow.replay.QueryRejected;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowMachine;
import dev.workflow.replay.WorkflowTaskFailedException;
import dev.workflow.schedule.CronRuns;
import org.jspecify.annotations.Nullable;

/**
 * What clients and REST ask of the engine. A call goes the shortest safe way: to the
 * actor, where the run is in this node's memory; through the caller's transaction, where
 * there is one; else through the inbox table.
 */
public final class EngineWorkflowService implements WorkflowService {

    private static final Duration ACKNOWLEDGE = Duration.ofSeconds(30);

    private static final Duration TAKE = Duration.ofSeconds(2);

    private static final Duration QUERY = Duration.ofSeconds(10);

    private static final int ATTEMPTS = 20;

    private final WorkflowEngine engine;

    private final OperatorService operator;

    private final Resets resets;

    /** A service in front of the given engine. */
    public EngineWorkflowService(WorkflowEngine engine) {
        this.engine = engine;
        this.operator = new EngineOperatorService(engine, this);
        this.resets = new Resets(engine);
    }

    private EngineStore store() {
        return this.engine.store();
    }

    @Override
    public Acting actAs(@Nullable String identity) {
        return this.engine.actAs(identity);
    }

    @Override
    public OperatorService operator() {
        return this.operator;
    }

    @Override
    public ScheduleService schedules() {
        return new EngineScheduleService(this.engine, this);
    }

    @Override
    public boolean joinsTransaction() {
        return store().callerTransaction() != null;
    }

    // ---- start

    /** What a call carries: the context of this thread, and what was given with it. */
    Map<String, String> outgoing(Map<String, String> given) {
        Map<String, String> captured = this.engine.interceptors().context().capture(Map.of());
        if (captured.isEmpty()) {
            return given;
        }
        Map<String, String> header = new LinkedHashMap<>(captured);
        header.putAll(given);
        return header;
    }

    /**
     * Makes a call that carries the context of this thread.
     * @param call makes it with that header
     */
    private <T extends @Nullable Object> T send(EngineObservations.Observed observed, Map<String, String> given,
            Function<Map<String, String>, T> call) {
        Map<String, String> header = outgoing(given);
        EngineObservations observations = this.engine.observations();
        if (observations.isNone()) {
            return call.apply(header);
        }
        Map<String, String> carrier = new LinkedHashMap<>(header);
        return observations.outgoing(observed, carrier, () -> call.apply(carrier));
    }

    private static EngineObservations.Observed observed(EngineObservations.Kind kind, WorkflowRef workflow,
            HandlerCall call) {
        return new EngineObservations.Observed(kind, call.name(), workflow.workflowId(),
                Objects.requireNonNullElse(workflow.runId(), ""));
    }

    @Override
    public StartResult start(StartRequest request) {
        return start(request, null);
    }

    private StartResult start(StartRequest given, @Nullable FirstUpdate update) {
        EngineObservations.Observed observed = new EngineObservations.Observed(EngineObservations.Kind.START,
                given.workflowType(), Objects.requireNonNullElse(given.workflowId(), ""), "");
        return send(observed, given.header(), (header) -> startWith(given.withHeader(header), update));
    }

    private StartResult startWith(StartRequest request, @Nullable FirstUpdate update) {
        refuseUnsupported(request);
        String queue = queue(request);
        checkSizes(request);
        this.engine.backPressure().admit(queue);
        this.engine.sharing().keys().use(request.fairnessKey());
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        Transition.NewMessage message = firstMessage(request, update);
        for (int i = 0; i < ATTEMPTS; i++) {
            Instant now = this.engine.clock().instant();
            UUID runId = this.engine.runIds().next(now);
            String workflowId = workflowId(request, runId);
            boolean chosen = request.workflowId() != null || request.requestId() != null;
            boolean here = transaction == null && this.engine.runsHere(request.workflowType(), queue)
                    && request.startDelay() == null && request.cronSchedule() == null && request.signal() == null
                    && !this.engine.sharing().runs().precedence().mustWait(queue, request.priority())
                    && !this.engine.admissions().isLimited(request.workflowType())
                    && this.engine.builds().isMine(queue, workflowId);
            RunVersion version = here ? this.engine.builds().begin(request.workflowType())
                    : this.engine.builds().route(queue, workflowId);
            WorkflowExecutionStarted event = startedEvent(request, queue, runId, workflowId, now, version,
                    this.engine.machineSettings().warnEvents());
            if (update != null) {
                update.awaitIn(runId);
            }
            Transition.Result result;
            if (transaction != null) {
                result = startIn(transaction, execution(request, event, chosen, true, message, version));
            }
            else if (here) {
                result = startHere(execution(request, event, chosen, false, null, version), event,
                        (update != null) ? update.delivery() : null);
            }
            else {
                result = startElsewhere(execution(request, event, chosen, true, message, version));
            }
            StartResult settled = settle(request, workflowId, runId, result, transaction);
            if (settled != null) {
                return settled;
            }
        }
        throw new IllegalStateException("Workflow '" + request.workflowId()
                + "' could not be started: other starts and " + "ends of the same id kept getting in between");
    }

    /** What would have no effect is refused, so that nobody relies on it. */
    private static void refuseUnsupported(StartRequest request) {
        if (request.cronSchedule() != null && request.startDelay() != null) {
            throw new IllegalArgumentException(
                    "startDelay: expected nothing beside cron, which says when the first run begins; given "
                            + request.startDelay());
        }
    }

    /**
     * How long the first run waits: of a workflow that recurs, up to the first time that
     * its expression says.
     */
    private static @Nullable Duration backoff(StartRequest request, Instant now) {
        String cron = request.cronSchedule();
        if (cron != null) {
            return CronRuns.firstBackoff(cron, now);
        }
        return (request.signal() == null) ? request.startDelay() : null;
    }

    String queue(StartRequest request) {
        if (request.taskQueue() != null) {
            return request.taskQueue();
        }
        String declared = request.declaredTaskQueue();
        boolean here = declared == null || this.engine.types().workflowTypes().contains(request.workflowType());
        String queue = here ? this.engine.types().taskQueueOf(request.workflowType()) : declared;
        if (queue == null) {
            throw new UnknownWorkflowTypeException(request.workflowType(), this.engine.types().workflowTypes());
        }
        return queue;
    }

    private Request request(@Nullable String reason) {
        checkSize(new Json(this.engine.json().writeText(reason)));
        return new Request(reason, this.engine.identity());
    }

    void checkSizes(StartRequest request) {
        checkSize(request.input());
        request.memo().values().forEach(this::checkSize);
        StartRequest.Signal signal = request.signal();
        if (signal != null) {
            checkSize(signal.input());
        }
    }

    void checkSize(Json payload) {
        int limit = this.engine.settings().maxPayloadBytes();
        // A character is at least one byte, so short texts need no counting.
        if (payload.text().length() * 3L > limit && payload.text().getBytes(StandardCharsets.UTF_8).length > limit) {
            throw new PayloadTooLargeException(payload.text().getBytes(StandardCharsets.UTF_8).length, limit);
        }
    }

    private static String workflowId(StartRequest request, UUID runId) {
        if (request.workflowId() != null) {
            return request.workflowId();
        }
        if (request.requestId() != null) {
            return UUID.nameUUIDFromBytes(request.requestId().getBytes(StandardCharsets.UTF_8)).toString();
        }
        return runId.toString();
    }

    static WorkflowExecutionStarted startedEvent(StartRequest request, String queue, UUID runId, String workflowId,
            Instant now, RunVersion version, int warnEvents) {
        Duration execution = request.executionTimeout();
        return new WorkflowExecutionStarted(1, now, workflowId, runId.toString(), request.workflowType(), queue,
                request.input(), runId.toString(), null, 1, execution, request.runTimeout(),
                (execution != null) ? now.plus(execution) : null, request.retryPolicy(), request.cronSchedule(),
                request.memo(), request.searchAttributes(), null, request.priority(), request.fairnessKey(), null,
                request.header(), null, null, backoff(request, now), version.known(), warnEvents);
    }

    private Transition.@Nullable NewMessage firstMessage(StartRequest request, @Nullable FirstUpdate update) {
        StartRequest.Signal signal = request.signal();
        if (signal != null) {
            return new Transition.NewMessage(Message.Kind.SIGNAL, signal.name(), null,
                    this.engine.json().writeCall(signal(request, signal)));
        }
        return (update != null) ? update.message() : null;
    }

    private static HandlerCall signal(StartRequest request, StartRequest.Signal signal) {
        return new HandlerCall(signal.name(), signal.input(), request.header());
    }

    private Transition.NewExecution execution(StartRequest request, WorkflowExecutionStarted event, boolean chosen,
            boolean withEvent, Transition.@Nullable NewMessage message, RunVersion version) {
        Transition.NewExecution execution = new Transition.NewExecution(UUID.fromString(event.runId()),
                event.workflowId(), chosen, event.workflowType(), event.taskQueue(), event.priority(),
                event.eventTime(), event.beginTime(), UUID.fromString(event.runId()), request.requestId(),
                request.idReusePolicy(), null,
                event.memo().isEmpty() ? null : this.engine.json().writeMemo(event.memo()),
                event.searchAttributes().isEmpty() ? null
                        : this.engine.json().writeAttributes(event.searchAttributes()),
                withEvent ? new Transition.EventRow(1, event.eventType(), event.eventTime(),
                        this.engine.events().encode(event)) : null,
                message, version)
            .sharing(event.fairnessKey());
        // What begins here at once has looked for a limit before.
        return withEvent ? this.engine.admissions().placed(execution, event) : execution;
    }

    private Transition.Result startHere(Transition.NewExecution execution, WorkflowExecutionStarted event,
            Delivery.@Nullable Update update) {
        RunActor actor = RunActor.starting(this.engine, execution, event, update);
        this.engine.resident().add(actor);
        this.engine.launch(actor);
        return await(actor.startResult(), ACKNOWLEDGE);
    }

    private Transition.Result startElsewhere(Transition.NewExecution execution) {
        Transition start = new Transition(execution.runId(), 0, 0, 0, 1, null, execution, List.of(), List.of(),
                List.of(), List.of(), List.of(), Map.of(), null, null, null);
        long begin = System.nanoTime();
        while (true) {
            Transition.Result result = await(this.engine.committer().submit(start), ACKNOWLEDGE);
            if (result instanceof Transition.Result.Committed committed) {
                this.engine.begun(execution, committed.waits());
            }
            if (!(result instanceof Transition.Result.Locked)
                    || System.nanoTime() - begin > WorkflowEngine.START_PATIENCE.toNanos()) {
                return result;
            }
            pause();
        }
    }

    private Transition.Result startIn(EngineStore.CallerTransaction transaction, Transition.NewExecution execution) {
        Transition.Result result = transaction.start(execution);
        if (result instanceof Transition.Result.Committed committed) {
            transaction.touch(execution.workflowId());
            transaction.afterCommit(() -> this.engine.begun(execution, committed.waits()));
        }
        return result;
    }

    /** What a start led to; null: it is worth trying again. */
    private @Nullable StartResult settle(StartRequest request, String workflowId, UUID runId, Transition.Result result,
            EngineStore.@Nullable CallerTransaction transaction) {
        switch (result) {
            case Transition.Result.Committed committed -> {
                return new StartResult(workflowId, runId.toString(), true);
            }
            case Transition.Result.StartRefused refused -> {
                return refusedStart(request, workflowId, refused, transaction);
            }
            case Transition.Result.Locked locked -> throw new StartBlockedException("Workflow '" + workflowId
                    + "' is being started in a transaction that has not ended; nothing was started here");
            case Transition.Result.Condemned condemned ->
                throw new IllegalArgumentException("The database does not accept this start: " + condemned.message());
            default -> throw new EngineStoppedException(
                    "The engine stopped before the start of '" + workflowId + "' was durable; repeat it");
        }
    }

    private @Nullable StartResult refusedStart(StartRequest request, String workflowId,
            Transition.Result.StartRefused refused, EngineStore.@Nullable CallerTransaction transaction) {
        String existing = refused.runId().toString();
        if (refused.sameRequest()) {
            EngineStore.ExecutionRow row = store().execution(refused.runId());
            return new StartResult((row != null) ? row.workflowId() : workflowId, existing, false);
        }
        StartRequest.Signal signal = request.signal();
        if (refused.open() && signal != null && request.idConflictPolicy() != IdConflictPolicy.TERMINATE_EXISTING) {
            try {
                signal(new WorkflowRef(workflowId, existing), signal(request, signal), null);
                return new StartResult(workflowId, existing, false);
            }
            catch (WorkflowNotFoundException ex) {
                return null;
            }
        }
        if (!refused.open() || request.idConflictPolicy() == IdConflictPolicy.FAIL) {
            throw new WorkflowAlreadyStartedException(workflowId, existing);
        }
        if (request.idConflictPolicy() == IdConflictPolicy.USE_EXISTING) {
            return new StartResult(workflowId, existing, false);
        }
        if (transaction != null) {
            throw new IllegalStateException("TERMINATE_EXISTING is not possible inside a transaction: the end of '"
                    + workflowId + "' would be visible only with its commit. Terminate it before.");
        }
        Request replaced = request("Replaced by another start of the same id (TERMINATE_EXISTING)");
        this.engine.patiently(() -> this.engine.terminate(refused.runId(), replaced));
        return null;
    }

    // ---- messages

    EngineStore.ExecutionRow open(WorkflowRef workflow) {
        EngineStore.ExecutionRow row = find(workflow);
        if (row.closedAt() != null) {
            throw new WorkflowNotFoundException(workflow.workflowId(), "Workflow " + workflow.workflowId()
                    + " has ended (" + row.status() + ", run " + row.runId() + ") and takes nothing any more.");
        }
        return row;
    }

    private EngineStore.ExecutionRow find(WorkflowRef workflow) {
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        EngineStore.ExecutionRow row = null;
        if (workflow.runId() != null) {
            row = store().execution(runId(workflow.runId()));
        }
        if (row == null && transaction != null) {
            row = transaction.execution(workflow.workflowId());
        }
        if (row == null && workflow.runId() == null) {
            row = store().execution(workflow.workflowId());
        }
        if (row == null || !row.workflowId().equals(workflow.workflowId())
                || (workflow.runId() != null && !row.runId().toString().equals(workflow.runId()))) {
            throw (workflow.runId() == null) ? new WorkflowNotFoundException(workflow.workflowId())
                    : new WorkflowNotFoundException(workflow.workflowId(), "Workflow " + workflow.workflowId()
                            + " has no run " + workflow.runId() + ", or its start is not committed yet.");
        }
        return row;
    }

    private static UUID runId(String text) {
        try {
            return UUID.fromString(text);
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException("A run id is a UUID, but this is '" + text + "'");
        }
    }

    private @Nullable RunActor actor(WorkflowRef workflow) {
        RunActor actor = this.engine.resident().get(workflow.workflowId());
        boolean same = actor != null && (workflow.runId() == null || workflow.runId().equals(actor.runId().toString()));
        return same ? actor : null;
    }

    @Override
    public void signal(WorkflowRef workflow, HandlerCall given, @Nullable String requestId) {
        checkSize(given.input());
        send(observed(EngineObservations.Kind.SIGNAL, workflow, given), given.header(), (header) -> {
            signalWith(workflow, given.withHeader(header), requestId);
            return true;
        });
    }

    private void signalWith(WorkflowRef workflow, HandlerCall call, @Nullable String requestId) {
        this.engine.backPressure().admit(() -> queueOf(workflow));
        Transition.NewMessage message = new Transition.NewMessage(Message.Kind.SIGNAL, call.name(), requestId,
                this.engine.json().writeCall(call));
        send(workflow, message, (ack) -> new Delivery.Signal(call, requestId, null, ack));
    }

    private String queueOf(WorkflowRef workflow) {
        RunActor actor = actor(workflow);
        return (actor != null) ? actor.taskQueue() : open(workflow).taskQueue();
    }

    @Override
    public void cancel(WorkflowRef workflow, @Nullable String reason) {
        Request request = request(reason);
        Transition.NewMessage message = new Transition.NewMessage(Message.Kind.CANCEL, null, null,
                this.engine.json().writeRequest(request));
        send(workflow, message, (ack) -> new Delivery.Cancel(request, null, ack));
    }

    private void send(WorkflowRef workflow, Transition.NewMessage message,
            Function<CompletableFuture<Void>, Delivery.Input> local) {
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        if (transaction != null) {
            sendIn(transaction, workflow, message);
            return;
        }
        for (int i = 0; i < ATTEMPTS; i++) {
            RunActor actor = actor(workflow);
            if (actor != null && sendTo(actor, local.apply(new CompletableFuture<>()))) {
                return;
            }
            EngineStore.ExecutionRow row = open(workflow);
            EngineStore.Delivered delivered = this.engine
                .patiently(() -> store().deliver(row.runId(), message, this.engine.clock().instant()));
            if (delivered != null) {
                this.engine.announce(row.runId(), delivered);
                return;
            }
        }
        throw new WorkflowNotFoundException(workflow.workflowId());
    }

    /** Through the mailbox; false when the actor does not take it. */
    private boolean sendTo(RunActor actor, Delivery.Input delivery) {
        if (!actor.offer(delivery)) {
            return false;
        }
        CompletableFuture<Void> acknowledged = switch (delivery) {
            case Delivery.Signal signal -> signal.acknowledged();
            case Delivery.Cancel cancel -> cancel.acknowledged();
            default -> throw new IllegalArgumentException("Not acknowledged: " + delivery);
        };
        try {
            acknowledged.get(TAKE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        }
        catch (TimeoutException ex) {
            if (actor.withdraw(delivery)) {
                return false;
            }
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof WorkflowNotFoundException) {
                return false;
            }
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(ex.getCause());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted; whether it was delivered is not known", ex);
        }
        await(acknowledged, ACKNOWLEDGE);
        return true;
    }

    private void sendIn(EngineStore.CallerTransaction transaction, WorkflowRef workflow,
            Transition.NewMessage message) {
        transaction.requireWritable();
        EngineStore.ExecutionRow row = open(workflow);
        EngineStore.Delivered delivered = transaction.deliver(row.runId(), message, this.engine.clock().instant());
        if (delivered == null) {
            throw new WorkflowNotFoundException(workflow.workflowId());
        }
        transaction.touch(workflow.workflowId());
        transaction.afterCommit(() -> this.engine.announce(row.runId(), delivered));
    }

    @Override
    public void terminate(WorkflowRef workflow, @Nullable String reason) {
        Request request = request(reason);
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        if (transaction != null) {
            // The wish is what commits with the caller; the end itself is written right
            // after.
            sendIn(transaction, workflow, new Transition.NewMessage(Message.Kind.TERMINATE, null,
                    Message.Kind.TERMINATE.name(), this.engine.json().writeRequest(request)));
            return;
        }
        for (int i = 0; i < ATTEMPTS; i++) {
            UUID runId = open(workflow).runId();
            if (this.engine.patiently(() -> this.engine.terminate(runId, request))) {
                return;
            }
        }
        throw new WorkflowNotFoundException(workflow.workflowId());
    }

    @Override
    public StartResult reset(WorkflowRef workflow, ResetPoint point, ResetOptions options) {
        request(options.reason());
        EngineStore.ExecutionRow row = find(workflow);
        this.engine.backPressure().admit(row.taskQueue());
        return this.resets.make(new Resets.Wish(row, point, null, options));
    }

    @Override
    public StartResult fork(WorkflowRef workflow, ResetPoint point, String newWorkflowId, ResetOptions options) {
        request(options.reason());
        EngineStore.ExecutionRow row = find(workflow);
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
        EngineStore.ExecutionRow row = find(workflow);
        UUID runId = row.runId();
        if (row.closedAt() == null) {
            if (!terminate) {
                throw new ActionRefusedException("Workflow '" + row.workflowId() + "' (run " + runId
                        + ") is open. Delete it when it has ended, or let it be terminated first.");
            }
            Request request = request((reason != null) ? "It is deleted: " + reason : "It is deleted");
            this.engine.patiently(() -> this.engine.terminate(runId, request));
        }
        OperatorAction action = this.engine
            .operatorAction("DeleteWorkflow", OperatorAction.Subject.WORKFLOW, row.workflowId(),
                    new Operator(null, reason))
            .detail("run " + runId + " of type " + row.workflowType()
                    + ((row.closedAt() == null) ? ", which was open" : ""));
        this.engine.patiently(() -> {
            if (store().delete(List.of(runId), () -> true, action) == 0 && store().execution(runId) != null) {
                throw new StoreException(StoreException.Kind.LOCKED, "Run " + runId + " is held by somebody", null);
            }
            return true;
        });
    }

    /**
     * Refuses what would wait for the transaction of its own caller: for what it has
     * written, or for the lock of the run that it has sent something to.
     */
    void refuseInTransaction(String workflowId, String call) {
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        if (transaction != null && transaction.touched(workflowId)) {
            throw new IllegalStateException(
                    "'" + call + "' waits for what only the commit of this transaction makes " + "visible: workflow '"
                            + workflowId + "' was started or signaled in it. Call it after the commit.");
        }
    }

    // ---- query

    @Override
    public Json query(WorkflowRef workflow, HandlerCall given) {
        checkSize(given.input());
        refuseInTransaction(workflow.workflowId(), "query");
        return send(observed(EngineObservations.Kind.QUERY, workflow, given), given.header(),
                (header) -> queryWith(workflow, given.withHeader(header)));
    }

    private Json queryWith(WorkflowRef workflow, HandlerCall call) {
        for (int i = 0; i < ATTEMPTS; i++) {
            RunActor actor = actor(workflow);
            if (actor == null) {
                return queryHistory(find(workflow), call);
            }
            CompletableFuture<Json> answer = new CompletableFuture<>();
            Delivery.Query query = new Delivery.Query(call, answer);
            if (!actor.offer(query)) {
                continue;
            }
            try {
                return answer.get(QUERY.toMillis(), TimeUnit.MILLISECONDS);
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
                if (!(cause instanceof MovedException)) {
                    throw queryFailed(call.name(), cause);
                }
            }
        }
        return queryHistory(find(workflow), call);
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
                machine.replay(store().history(row.runId(), 0));
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

    // ---- update

    @Override
    public UpdateOutcome update(WorkflowRef workflow, @Nullable String updateId, HandlerCall given,
            boolean untilCompleted, Duration timeout) {
        checkSize(given.input());
        refuseInTransaction(workflow.workflowId(), "update");
        return send(observed(EngineObservations.Kind.UPDATE, workflow, given), given.header(),
                (header) -> updateWith(workflow, updateId, given.withHeader(header), untilCompleted, timeout));
    }

    private UpdateOutcome updateWith(WorkflowRef workflow, @Nullable String updateId, HandlerCall call,
            boolean untilCompleted, Duration timeout) {
        String id = (updateId != null) ? updateId : UUID.randomUUID().toString();
        for (int i = 0; i < ATTEMPTS; i++) {
            EngineStore.ExecutionRow row = open(workflow);
            this.engine.backPressure().admit(row.taskQueue());
            // An id of the caller's own may have been taken long ago.
            UpdateWaiters.Waiting waiter = this.engine.updates()
                .await(row.runId(), id, (updateId == null) ? row.historyLength() : 0);
            try {
                if (sendUpdate(row, id, call)) {
                    return awaitUpdate(row.workflowId(), waiter, untilCompleted, timeout);
                }
            }
            finally {
                this.engine.updates().forget(waiter);
            }
        }
        throw new WorkflowNotFoundException(workflow.workflowId());
    }

    /** To the actor or into the inbox; false when the run has ended meanwhile. */
    private boolean sendUpdate(EngineStore.ExecutionRow row, String id, HandlerCall call) {
        RunActor actor = actor(new WorkflowRef(row.workflowId(), row.runId().toString()));
        if (actor != null && actor.offer(new Delivery.Update(id, call, null))) {
            return true;
        }
        this.engine.wakeups().waitFor(row.runId());
        EngineStore.Delivered delivered = this.engine.patiently(() -> store().deliver(row.runId(),
                new Transition.NewMessage(Message.Kind.UPDATE, call.name(), id, this.engine.json().writeCall(call)),
                this.engine.clock().instant()));
        if (delivered == null) {
            return false;
        }
        this.engine.updates().sentAs(row.runId(), id, delivered.messageId());
        this.engine.announce(row.runId(), delivered);
        return true;
    }

    @Override
    public StartedUpdate updateWithStart(StartRequest request, @Nullable String updateId, HandlerCall call,
            Duration timeout) {
        checkSize(call.input());
        if (joinsTransaction()) {
            throw new IllegalStateException(
                    "'updateWithStart' waits for a run that would begin only with the commit of "
                            + "this transaction: nothing was started. Call it outside of the transaction.");
        }
        String id = (updateId != null) ? updateId : UUID.randomUUID().toString();
        for (int i = 0; i < ATTEMPTS; i++) {
            StartedUpdate sent = sendWithStart(request, new FirstUpdate(id, call), timeout);
            if (sent != null) {
                return sent;
            }
        }
        throw new WorkflowNotFoundException(String.valueOf(request.workflowId()),
                "Workflow " + request.workflowId() + " took no update: its runs kept ending before it arrived.");
    }

    /** Null when the open run ended before the update arrived. */
    private @Nullable StartedUpdate sendWithStart(StartRequest request, FirstUpdate update, Duration timeout) {
        try {
            StartResult run = start(request, update);
            if (run.started()) {
                return new StartedUpdate(run, awaitUpdate(run.workflowId(), update.waiting(), false, timeout));
            }
            WorkflowRef existing = new WorkflowRef(run.workflowId(), run.runId());
            return new StartedUpdate(run, update(existing, update.id(), update.call(), false, timeout));
        }
        catch (WorkflowNotFoundException ex) {
            return null;
        }
        finally {
            update.forget();
        }
    }

    @Override
    public UpdateOutcome updateOutcome(WorkflowRef workflow, String updateId, Duration timeout) {
        EngineStore.ExecutionRow row = find(workflow);
        UpdateWaiters.Waiting waiter = this.engine.updates().await(row.runId(), updateId, 0);
        try {
            // It may have completed before anybody waited.
            this.engine.updates().lookUp(waiter);
            return awaitUpdate(row.workflowId(), waiter, true, timeout);
        }
        finally {
            this.engine.updates().forget(waiter);
        }
    }

    private UpdateOutcome awaitUpdate(String workflowId, UpdateWaiters.Waiting waiter, boolean untilCompleted,
            Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        CompletableFuture<UpdateOutcome> stage = waiter.stage(untilCompleted);
        // The first look may come too early; the second one finds what a repeated update
        // id had become before.
        long step = Math.min(timeout.toMillis(), 200);
        while (true) {
            try {
                return stage.get(step, TimeUnit.MILLISECONDS);
            }
            catch (TimeoutException ex) {
                this.engine.updates().lookUp(waiter);
                if (!stage.isDone() && System.nanoTime() >= end) {
                    throw new ResultTimeoutException(workflowId, timeout);
                }
                step = Math.max(1, Math.min(1_000, (end - System.nanoTime()) / 1_000_000));
            }
            catch (ExecutionException ex) {
                if (ex.getCause() instanceof UnreadablePayloadException unreadable) {
                    throw unreadable;
                }
                throw new IllegalStateException(ex.getCause());
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted; the update goes on", ex);
            }
        }
    }

    // ---- result

    @Override
    public @Nullable WorkflowOutcome result(WorkflowRef workflow, boolean followChain, Duration timeout) {
        CompletableFuture<WorkflowOutcome> future = resultAsync(workflow, followChain);
        try {
            return future.get(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
        }
        catch (TimeoutException ex) {
            future.cancel(false);
            return null;
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(ex.getCause());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the result", ex);
        }
    }

    @Override
    public CompletableFuture<WorkflowOutcome> resultAsync(WorkflowRef workflow, boolean followChain) {
        refuseInTransaction(workflow.workflowId(), "result");
        RunActor actor = actor(workflow);
        UUID runId = (actor != null) ? actor.runId() : find(workflow).runId();
        return resultOf(runId, followChain);
    }

    private CompletableFuture<WorkflowOutcome> resultOf(UUID runId, boolean followChain) {
        CompletableFuture<WorkflowOutcome> ended = this.engine.results().of(runId);
        CompletableFuture<WorkflowOutcome> result = ended.thenCompose((outcome) -> {
            String next = outcome.continuedRunId();
            return (followChain && next != null) ? resultOf(UUID.fromString(next), true)
                    : CompletableFuture.completedFuture(outcome);
        });
        result.whenComplete((outcome, failure) -> ended.cancel(false));
        return result;
    }

    // ---- description

    @Override
    public WorkflowDetails describe(WorkflowRef workflow) {
        EngineStore.ExecutionRow row = find(workflow);
        EngineJson json = this.engine.jsonForPeople();
        boolean open = row.closedAt() == null;
        List<WorkflowDetails.PendingActivityTask> activities = open ? pendingActivities(row) : List.of();
        return new WorkflowDetails(row.workflowId(), row.runId().toString(), row.firstRunId().toString(),
                row.workflowType(), row.taskQueue(), row.status(), row.startedAt(), row.closedAt(), row.historyLength(),
                activities, open ? timers(row.runId()) : List.of(), open ? children(row.runId()) : List.of(),
                json.readMemo(row.memo()), json.readAttributes(row.searchAttributes()), row.parentWorkflowId(),
                (row.owner() != null) ? Long.toString(row.owner()) : null, problem(row, activities),
                (row.result() != null) ? json.readPayload(row.result()) : null,
                (row.failure() != null) ? json.readFailure(row.failure()) : null, row.version().buildId(),
                row.version().pinned(), open ? currentDetails(row) : null);
    }

    /**
     * What the code said, if it is here: a description asks no other node and replays
     * nothing.
     */
    private @Nullable String currentDetails(EngineStore.ExecutionRow row) {
        RunActor actor = actor(new WorkflowRef(row.workflowId(), row.runId().toString()));
        WorkflowMachine machine = (actor != null) ? actor.machine() : null;
        String details = (machine != null) ? machine.currentDetails() : "";
        return details.isEmpty() ? null : details;
    }

    /** Local activities have no row: only who carries them out knows of them. */
    private List<WorkflowDetails.PendingActivityTask> pendingActivities(EngineStore.ExecutionRow row) {
        List<WorkflowDetails.PendingActivityTask> activities = new ArrayList<>();
        store().pendingActivities(row.runId()).forEach((activity) -> activities.add(pending(activity)));
        RunActor actor = this.engine.resident().get(row.runId());
        if (actor != null) {
            activities.addAll(actor.localActivities());
        }
        return activities;
    }

    private @Nullable String problem(EngineStore.ExecutionRow row,
            List<WorkflowDetails.PendingActivityTask> activities) {
        List<String> problems = new ArrayList<>();
        String own = this.engine.jsonForPeople().readProblem(row.problem());
        if (own != null) {
            problems.add(own);
        }
        if (row.closedAt() == null) {
            if (row.owner() == null) {
                this.engine.admissions().whatItWaitsFor(row).ifPresent(problems::add);
            }
            List<EngineStore.NodeRow> nodes = this.engine.liveNodeRows();
            if (row.owner() == null) {
                String build = this.engine.builds()
                    .missing(row.taskQueue(), row.version().route(), row.workflowId(), nodes);
                problems.addAll(
                        (build != null)
                                ? List.of("Waits for build '" + build + "': no live node of task queue '"
                                        + row.taskQueue() + "' has it")
                                : Unserved.workflow(row.taskQueue(), row.workflowType(), nodes));
            }
            activities.forEach((activity) -> problems.addAll(Unserved.activity(activity, nodes)));
        }
        return problems.isEmpty() ? null : String.join("\n", problems);
    }

    @Override
    public WorkerVersions workerVersions() {
        return new EngineWorkerVersions(this.engine);
    }

    private WorkflowDetails.PendingActivityTask pending(EngineStore.PendingActivityRow row) {
        EngineJson json = this.engine.jsonForPeople();
        boolean waits = !row.running();
        boolean paused = row.paused() && !row.cancelRequested();
        String state = row.cancelRequested() ? "CANCEL_REQUESTED" : paused ? (waits ? "PAUSED" : "PAUSE_REQUESTED")
                : row.running() ? "RUNNING" : (row.attempt() > 0) ? "BACKING_OFF" : "SCHEDULED";
        return new WorkflowDetails.PendingActivityTask(Long.toString(row.scheduledEventId()), row.activityType(),
                row.taskQueue(), row.attempt(), state,
                (row.lastFailure() != null) ? json.readFailure(row.lastFailure()) : null,
                (waits && !paused) ? row.dueAt() : null,
                (row.heartbeatDetails() != null) ? json.readPayload(row.heartbeatDetails()) : null);
    }

    private List<WorkflowDetails.PendingChild> children(UUID runId) {
        return store().openChildren(runId)
            .stream()
            .map((c) -> new WorkflowDetails.PendingChild(c.workflowId(), c.runId().toString(), c.workflowType(),
                    c.parentClosePolicy(), c.startedAt()))
            .toList();
    }

    private List<WorkflowDetails.PendingTimer> timers(UUID runId) {
        Map<Long, WorkflowDetails.PendingTimer> timers = new LinkedHashMap<>();
        for (HistoryEvent event : store().events(runId, List.of("TimerStarted", "TimerFired", "TimerCanceled"))) {
            switch (event) {
                case TimerStarted e -> timers.put(e.eventId(),
                        new WorkflowDetails.PendingTimer(e.eventId(), e.eventTime().plus(e.startToFireTimeout())));
                case TimerFired e -> timers.remove(e.startedEventId());
                case TimerCanceled e -> timers.remove(e.startedEventId());
                default -> throw new IllegalStateException("Not asked for: " + event);
            }
        }
        return new ArrayList<>(timers.values());
    }

    @Override
    public List<HistoryEvent> history(WorkflowRef workflow, long afterEventId, int limit) {
        return store().historyPage(find(workflow).runId(), afterEventId, limit);
    }

    // ---- activities from outside

    @Override
    public void completeActivity(String taskToken, Json result) {
        checkSize(result);
        TaskToken token = TaskToken.verify(taskToken, this.engine.tokenKey());
        EngineStore.ClaimedActivity activity = store().activity(token.activity());
        if (activity == null) {
            throw ended();
        }
        checkResult(activity, result);
        end(token.activity(), token.attempt(), ActivityOutcome.completed(token.attempt(), result));
    }

    @Override
    public void failActivity(String taskToken, FailureInfo failure) {
        TaskToken token = TaskToken.verify(taskToken, this.engine.tokenKey());
        fail(token.activity(), token.attempt(), failure);
    }

    @Override
    public boolean heartbeatActivity(String taskToken, Json details) {
        checkSize(details);
        TaskToken token = TaskToken.verify(taskToken, this.engine.tokenKey());
        return store().heartbeat(token.activity(), token.attempt(), this.engine.json().writePayload(details), null)
            .orElseThrow(EngineWorkflowService::ended);
    }

    @Override
    public void completeActivity(String workflowId, String activityId, Json result) {
        checkSize(result);
        EngineStore.ClaimedActivity activity = pendingActivity(workflowId, activityId);
        checkResult(activity, result);
        end(activity.key(), activity.attempt(), ActivityOutcome.completed(activity.attempt(), result));
    }

    @Override
    public void failActivity(String workflowId, String activityId, FailureInfo failure) {
        EngineStore.ClaimedActivity activity = pendingActivity(workflowId, activityId);
        fail(activity.key(), activity.attempt(), failure);
    }

    /**
     * Refuses what the workflow could not read, where the activity's code is here: once
     * it is recorded, the run would stand still for good.
     */
    void checkResult(EngineStore.ClaimedActivity activity, Json result) {
        String type = activity.order().activityType();
        ActivityDefinition definition = this.engine.types().activity(type);
        if (definition == null || definition.resultType() == void.class) {
            return;
        }
        try {
            this.engine.payloads().decode(result, definition.resultType());
        }
        catch (PayloadException unfit) {
            throw new PayloadException("The result of activity " + type + ": " + unfit.getMessage(), unfit);
        }
    }

    private EngineStore.ClaimedActivity pendingActivity(String workflowId, String activityId) {
        EngineStore.ExecutionRow row = open(new WorkflowRef(workflowId, null));
        long order;
        try {
            order = Long.parseLong(activityId);
        }
        catch (NumberFormatException ex) {
            throw new IllegalArgumentException("An activity id is a number, but this is '" + activityId + "'");
        }
        EngineStore.ClaimedActivity activity = store().activity(new EngineStore.ActivityKey(row.runId(), order));
        if (activity == null) {
            throw new IllegalArgumentException(
                    "Workflow '" + workflowId + "' has no activity '" + activityId + "' without a result");
        }
        return activity;
    }

    private void fail(EngineStore.ActivityKey key, int attempt, FailureInfo failure) {
        EngineStore.ClaimedActivity activity = store().activity(key);
        if (activity == null || activity.attempt() != attempt) {
            throw ended();
        }
        String state = this.engine.retries()
            .refusal(activity.order(), activity.countedAttempts(), failure, activity.cancelRequested());
        if (state != null) {
            end(key, attempt, ActivityOutcome.failed(attempt, failure, state));
            return;
        }
        Instant due = this.engine.clock()
            .instant()
            .plus(Retries.delay(activity.order(), activity.countedAttempts(), failure));
        if (!store().retryLater(key, attempt, null, due, this.engine.json().write(failure))) {
            throw ended();
        }
        this.engine.pollAt(due);
    }

    private void end(EngineStore.ActivityKey key, int attempt, ActivityOutcome outcome) {
        String payload = this.engine.json().writeOutcome(outcome);
        Instant now = this.engine.clock().instant();
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        EngineStore.Delivered delivered = (transaction != null)
                ? transaction.deliverOutcome(key, attempt, 0, payload, now)
                : this.engine.patiently(() -> store().deliverOutcome(key, attempt, 0, payload, now));
        if (delivered == null) {
            throw ended();
        }
        if (transaction != null) {
            transaction.afterCommit(() -> this.engine.announce(key.runId(), delivered));
        }
        else {
            this.engine.announce(key.runId(), delivered);
        }
    }

    private static InvalidTaskTokenException ended() {
        return new InvalidTaskTokenException(
                "The activity has ended, or has gone on to another attempt: nothing was recorded");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new EngineStoppedException("Interrupted");
        }
    }

    private static <T extends @Nullable Object> T await(CompletableFuture<T> future, Duration patience) {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (TimeoutException ex) {
            throw new EngineStoppedException("Not durable after " + patience
                    + "; whether it will be is not known. Repeat it with the same request id.");
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(ex.getCause());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new EngineStoppedException("Interrupted; whether it will be durable is not known");
        }
    }

    /** An update that a run which is started gets as its first message. */
    private final class FirstUpdate {

        private final String id;

        private final HandlerCall call;

        private UpdateWaiters.@Nullable Waiting waiting;

        FirstUpdate(String id, HandlerCall call) {
            this.id = id;
            this.call = call;
        }

        String id() {
            return this.id;
        }

        HandlerCall call() {
            return this.call;
        }

        Transition.NewMessage message() {
            return new Transition.NewMessage(Message.Kind.UPDATE, this.call.name(), this.id,
                    EngineWorkflowService.this.engine.json().writeCall(this.call));
        }

        Delivery.Update delivery() {
            return new Delivery.Update(this.id, this.call, null);
        }

        /** Waits for what becomes of it in this run, and in none before. */
        void awaitIn(UUID runId) {
            forget();
            WorkflowEngine engine = EngineWorkflowService.this.engine;
            this.waiting = engine.updates().await(runId, this.id, 0);
            engine.updates().sentAs(runId, this.id, UpdateWaiters.UNKNOWN_MESSAGE);
            engine.wakeups().waitFor(runId);
        }

        UpdateWaiters.Waiting waiting() {
            return java.util.Objects.requireNonNull(this.waiting);
        }

        void forget() {
            if (this.waiting != null) {
                EngineWorkflowService.this.engine.updates().forget(this.waiting);
            }
        }

    }

}

package dev.workflow.engine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.schedule.CronRuns;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflows: on this node at once, where it may and can run them; in the caller's
 * transaction; or as a row that any node claims.
 * <p>
 * <b>Ids.</b> A start with an id that somebody has is settled by its policies, and tried
 * again when that run ended meanwhile. <b>Acknowledged.</b> When a start returns, it is
 * committed, or commits with the caller's transaction.
 */
final class Starts {

    private final WorkflowEngine engine;

    private final OutgoingCalls calls;

    private final RunMessages messages;

    Starts(WorkflowEngine engine, OutgoingCalls calls, RunMessages messages) {
        this.engine = engine;
        this.calls = calls;
        this.messages = messages;
    }

    /**
     * Starts what is asked for, or says which run has the id.
     * @param update its first message; null: none
     */
    StartResult start(StartRequest given, @Nullable FirstUpdate update) {
        EngineObservations.Observed observed = new EngineObservations.Observed(EngineObservations.Kind.START,
                given.workflowType(), Objects.requireNonNullElse(given.workflowId(), ""), "");
        return this.calls.send(observed, given.header(), (header) -> startWith(given.withHeader(header), update));
    }

    private StartResult startWith(StartRequest request, @Nullable FirstUpdate update) {
        refuseUnsupported(request);
        String queue = queue(request);
        checkSizes(request);
        this.engine.backPressure().admit(queue);
        this.engine.sharing().keys().use(request.fairnessKey());
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        Transition.NewMessage message = firstMessage(request, update);
        for (Pursuit pursuit = new Pursuit(); pursuit.goesOn();) {
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
                + "' could not be started: other starts and ends of the same id kept getting in between");
    }

    /** What would have no effect is refused, so that nobody relies on it. */
    private static void refuseUnsupported(StartRequest request) {
        if (request.cronSchedule() != null && request.startDelay() != null) {
            throw new IllegalArgumentException(
                    "startDelay: expected nothing beside cron, which says when the first run begins; given "
                            + request.startDelay());
        }
        if (request.idConflictPolicy() == IdConflictPolicy.TERMINATE_EXISTING
                && request.idReusePolicy() == IdReusePolicy.REJECT_DUPLICATE) {
            throw new IllegalArgumentException("idConflictPolicy: expected another one beside REJECT_DUPLICATE, given "
                    + "TERMINATE_EXISTING; it would end the open run, and nothing could be started in its place");
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

    void checkSizes(StartRequest request) {
        this.calls.checkSize(request.input());
        request.memo().values().forEach(this.calls::checkSize);
        StartRequest.Signal signal = request.signal();
        if (signal != null) {
            this.calls.checkSize(signal.input());
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

    private HandlerCall signal(StartRequest request, StartRequest.Signal signal) {
        return new HandlerCall(signal.name(), signal.input(), request.header(), this.calls.sender(request.header()));
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
        ThreadStep.launch(actor);
        return this.engine.waits().durable(actor.startResult());
    }

    private Transition.Result startElsewhere(Transition.NewExecution execution) {
        Transition start = new Transition(execution.runId(), 0, 0, 0, 1, null, execution, List.of(), List.of(),
                List.of(), List.of(), List.of(), Map.of(), null, null, null);
        long begin = System.nanoTime();
        Transition.Result result = this.engine.waits().durable(this.engine.committer().submit(start));
        while (true) {
            if (result instanceof Transition.Result.Committed committed) {
                this.engine.begun(execution, committed.waits());
            }
            if (!(result instanceof Transition.Result.Locked)
                    || System.nanoTime() - begin > WorkflowEngine.START_PATIENCE.toNanos()) {
                return result;
            }
            pause();
            result = this.engine.waits().durable(this.engine.committer().submitAgain(start));
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
            EngineStore.ExecutionRow row = this.engine.store().execution(refused.runId());
            return new StartResult((row != null) ? row.workflowId() : workflowId, existing, false);
        }
        StartRequest.Signal signal = request.signal();
        if (refused.open() && signal != null && request.idConflictPolicy() != IdConflictPolicy.TERMINATE_EXISTING) {
            try {
                this.messages.signal(new WorkflowRef(workflowId, existing), signal(request, signal),
                        request.requestId());
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
        Request replaced = this.calls.request("Replaced by another start of the same id (TERMINATE_EXISTING)");
        this.engine.patiently(() -> this.engine.terminations().terminate(refused.runId(), replaced));
        return null;
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

}

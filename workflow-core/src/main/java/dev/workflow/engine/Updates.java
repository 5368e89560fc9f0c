package dev.workflow.engine;

import java.time.Duration;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import dev.workflow.client.ResultTimeoutException;
import dev.workflow.client.WorkflowNotFoundException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends updates and waits for what becomes of them.
 * <p>
 * <b>Waiting.</b> Who waits is registered before the update is sent, so that no answer
 * passes by. The actor of the run, or the node that hears of its turn, answers at once;
 * all the same the history is looked into once a second at the latest.
 */
final class Updates {

    private static final Logger logger = LoggerFactory.getLogger(Updates.class);

    private final WorkflowEngine engine;

    private final RunLookup runs;

    private final OutgoingCalls calls;

    private final Starts starts;

    Updates(WorkflowEngine engine, RunLookup runs, OutgoingCalls calls, Starts starts) {
        this.engine = engine;
        this.runs = runs;
        this.calls = calls;
        this.starts = starts;
    }

    UpdateOutcome update(WorkflowRef workflow, @Nullable String updateId, HandlerCall given, boolean untilCompleted,
            Duration timeout) {
        this.calls.checkSize(given.input());
        this.runs.refuseInTransaction(workflow.workflowId(), "update");
        return this.calls.send(OutgoingCalls.observed(EngineObservations.Kind.UPDATE, workflow, given), given.header(),
                (header) -> updateWith(workflow, updateId, given.withHeader(header), untilCompleted, timeout));
    }

    private UpdateOutcome updateWith(WorkflowRef workflow, @Nullable String updateId, HandlerCall call,
            boolean untilCompleted, Duration timeout) {
        String id = (updateId != null) ? updateId : UUID.randomUUID().toString();
        for (Pursuit pursuit = new Pursuit(); pursuit.goesOn();) {
            EngineStore.ExecutionRow row = this.runs.find(workflow);
            UpdateOutcome accepted = (row.closedAt() != null && updateId != null)
                    ? this.engine.updates().acceptedBy(row.runId(), updateId) : null;
            if (accepted != null) {
                return outcome(row.workflowId(), accepted, timeout);
            }
            this.runs.requireOpen(row);
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
        RunActor actor = this.runs.resident(new WorkflowRef(row.workflowId(), row.runId().toString()));
        if (actor != null && actor.offer(new Delivery.Update(id, call, null))) {
            return true;
        }
        this.engine.wakeups().waitFor(row.runId());
        EngineStore.Delivered delivered = this.engine.patiently(() -> this.engine.store()
            .deliver(row.runId(),
                    new Transition.NewMessage(Message.Kind.UPDATE, call.name(), id, this.engine.json().writeCall(call)),
                    this.engine.clock().instant()));
        if (delivered == null) {
            return false;
        }
        this.engine.updates().sentAs(row.runId(), id, delivered.messageId());
        this.engine.deliveries().announce(row.runId(), delivered);
        return true;
    }

    StartedUpdate updateWithStart(StartRequest request, @Nullable String updateId, HandlerCall call, Duration timeout) {
        this.calls.checkSize(call.input());
        if (this.engine.store().callerTransaction() != null) {
            throw new IllegalStateException(
                    "'updateWithStart' waits for a run that would begin only with the commit of "
                            + "this transaction: nothing was started. Call it outside of the transaction.");
        }
        String id = (updateId != null) ? updateId : updateId(request.requestId(), call);
        Set<String> ended = new HashSet<>();
        for (Pursuit pursuit = new Pursuit(); pursuit.goesOn();) {
            StartedUpdate sent = sendWithStart(request, new FirstUpdate(this.engine, id, call), timeout, ended);
            if (sent != null) {
                return sent;
            }
        }
        throw new WorkflowNotFoundException(String.valueOf(request.workflowId()),
                "Workflow " + request.workflowId() + " took no update: its runs kept ending before it arrived.");
    }

    /**
     * What makes the start safe to repeat does so with the update; another update may
     * come with the same start.
     */
    private static String updateId(@Nullable String requestId, HandlerCall call) {
        UUID id = (requestId != null)
                ? UUID.nameUUIDFromBytes(
                        (requestId + '\n' + call.name() + '\n' + call.input().text()).getBytes(StandardCharsets.UTF_8))
                : UUID.randomUUID();
        return id.toString();
    }

    /**
     * Null when the open run ended before the update arrived.
     * @param ended runs of which that is known
     */
    private @Nullable StartedUpdate sendWithStart(StartRequest request, FirstUpdate update, Duration timeout,
            Set<String> ended) {
        StartResult run = null;
        try {
            run = this.starts.start(request, update);
            if (run.started()) {
                return new StartedUpdate(run, awaitUpdate(run.workflowId(), update.waiting(), false, timeout));
            }
            WorkflowRef existing = new WorkflowRef(run.workflowId(), run.runId());
            return new StartedUpdate(run, update(existing, update.id(), update.call(), false, timeout));
        }
        catch (RunGoneException ex) {
            // It had arrived, and may have been taken: it is not sent again.
            throw ex;
        }
        catch (WorkflowNotFoundException ex) {
            if (run != null && !ended.add(run.runId())) {
                // The start is a repeated one: it leads to that run for good.
                throw ex;
            }
            return null;
        }
        finally {
            update.forget();
        }
    }

    UpdateOutcome outcome(WorkflowRef workflow, String updateId, Duration timeout) {
        this.runs.refuseInTransaction(workflow.workflowId(), "result");
        EngineStore.ExecutionRow row = this.runs.find(workflow);
        return outcome(row.workflowId(), this.engine.updates().await(row.runId(), updateId, 0), timeout);
    }

    /** Reads on where it was accepted, however long the history is before that. */
    UpdateOutcome outcome(String workflowId, UpdateOutcome accepted, Duration timeout) {
        this.runs.refuseInTransaction(workflowId, "result");
        return outcome(workflowId, this.engine.updates().await(accepted), timeout);
    }

    private UpdateOutcome outcome(String workflowId, UpdateWaiters.Waiting waiter, Duration timeout) {
        try {
            // It may have completed before anybody waited.
            look(workflowId, waiter, waiter.stage(true));
            return awaitUpdate(workflowId, waiter, true, timeout);
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
                return this.engine.waits().get(stage, Duration.ofMillis(step));
            }
            catch (TimeoutException ex) {
                look(workflowId, waiter, stage);
                if (!stage.isDone() && System.nanoTime() >= end) {
                    throw new ResultTimeoutException(workflowId, timeout);
                }
                step = Math.max(1, Math.min(1_000, (end - System.nanoTime()) / 1_000_000));
            }
            catch (ExecutionException ex) {
                throw Waits.failure(ex);
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted; the update goes on", ex);
            }
        }
    }

    /** What the database cannot say for a moment is looked for again later. */
    private void look(String workflowId, UpdateWaiters.Waiting waiter, CompletableFuture<UpdateOutcome> stage) {
        try {
            UUID gone = this.engine.updates().lookUp(waiter);
            if (gone != null && !stage.isDone()) {
                throw new RunGoneException(workflowId, gone);
            }
        }
        catch (StoreException ex) {
            if (ex.kind() == StoreException.Kind.REJECTED) {
                throw ex;
            }
            logger.debug("The database is not there; update of {} is waited for: {}", workflowId, ex.getMessage());
        }
    }

}

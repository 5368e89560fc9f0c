package dev.workflow.engine;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import dev.workflow.payload.UnreadablePayloadException;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for the end of a run. Runs that end here complete them at once; the
 * others are looked up together, some with each poll, all in turn. Whoever gives up is
 * forgotten.
 */
final class ResultWaiters {

    private static final int LOOK_UP = 2_000;

    private final WorkflowEngine engine;

    private final WaitingByRun<Waiting> waiting = new WaitingByRun<>();

    private volatile boolean stopped;

    ResultWaiters(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Completes when the run has ended, on whichever node; asks the database once right
     * away where the run is not here. Fails when the run is deleted. Canceling it ends
     * the wait.
     * @param runId a run that has been seen: here or committed
     */
    CompletableFuture<WorkflowOutcome> of(String workflowId, UUID runId) {
        CompletableFuture<WorkflowOutcome> future = new CompletableFuture<>();
        Waiting waiter = new Waiting(workflowId, future);
        this.waiting.add(runId, waiter);
        future.whenComplete((outcome, failure) -> this.waiting.remove(runId, waiter));
        try {
            if (this.engine.resident().get(runId) == null) {
                this.engine.wakeups().waitFor(runId);
                lookUp(List.of(runId));
            }
            if (this.stopped) {
                future.completeExceptionally(EngineStoppedException.whileWaiting());
            }
            return future;
        }
        catch (RuntimeException | Error ex) {
            future.cancel(false);
            throw ex;
        }
    }

    /** The end of a run of which the row says how it was. */
    CompletableFuture<WorkflowOutcome> of(EngineStore.ExecutionRow ended) {
        try {
            return CompletableFuture.completedFuture(outcome(ended));
        }
        catch (UnreadablePayloadException ex) {
            return CompletableFuture.failedFuture(ex);
        }
    }

    /**
     * The end of a run, and of those that it goes on in. Whoever completes the future
     * waits for none of them any more.
     */
    CompletableFuture<WorkflowOutcome> ofChain(String workflowId, UUID firstRunId) {
        CompletableFuture<WorkflowOutcome> result = new CompletableFuture<>();
        AtomicReference<CompletableFuture<WorkflowOutcome>> current = new AtomicReference<>(result);
        result.whenComplete((outcome, failure) -> Objects.requireNonNull(current.get()).cancel(false));
        follow(workflowId, firstRunId, result, current);
        return result;
    }

    private void follow(String workflowId, UUID runId, CompletableFuture<WorkflowOutcome> result,
            AtomicReference<CompletableFuture<WorkflowOutcome>> current) {
        UUID next = runId;
        while (next != null) {
            CompletableFuture<WorkflowOutcome> ended = of(workflowId, next);
            current.set(ended);
            if (result.isDone()) {
                ended.cancel(false);
                return;
            }
            if (!ended.isDone()) {
                ended.whenComplete((outcome, failure) -> {
                    UUID after = settle(outcome, failure, result);
                    if (after != null) {
                        goOn(workflowId, after, result, current);
                    }
                });
                return;
            }
            // Many that have ended already, one after the other and not one in the other.
            next = ended.handle((outcome, failure) -> Optional.ofNullable(settle(outcome, failure, result)))
                .join()
                .orElse(null);
        }
    }

    /** On the thread that ended the run before: what fails is for who waits. */
    private void goOn(String workflowId, UUID runId, CompletableFuture<WorkflowOutcome> result,
            AtomicReference<CompletableFuture<WorkflowOutcome>> current) {
        try {
            follow(workflowId, runId, result, current);
        }
        catch (RuntimeException | Error ex) {
            result.completeExceptionally(ex);
        }
    }

    /** The run that this one goes on in; null: the result is known. */
    private static @Nullable UUID settle(@Nullable WorkflowOutcome outcome, @Nullable Throwable failure,
            CompletableFuture<WorkflowOutcome> result) {
        if (outcome == null) {
            result.completeExceptionally(Objects.requireNonNull(failure));
            return null;
        }
        if (outcome.continuedRunId() == null) {
            result.complete(outcome);
            return null;
        }
        return UUID.fromString(outcome.continuedRunId());
    }

    /** A run has ended on this node. */
    void closedHere(WorkflowOutcome outcome) {
        closed(outcome);
        this.engine.waitersElsewhere().ended(UUID.fromString(outcome.runId()));
        this.engine.schedules().ended(outcome.runId());
    }

    boolean isWaitedFor(UUID runId) {
        return !this.waiting.of(runId).isEmpty();
    }

    /** Tells those who wait. */
    void closed(WorkflowOutcome outcome) {
        this.waiting.of(UUID.fromString(outcome.runId())).forEach((waiter) -> waiter.future().complete(outcome));
    }

    /** Nobody looks any more: whoever waits, and whoever comes, is told so. */
    void stop() {
        this.stopped = true;
        this.waiting.all()
            .forEach((waiter) -> waiter.future().completeExceptionally(EngineStoppedException.whileWaiting()));
    }

    /** How many runs are waited for. */
    int size() {
        return this.waiting.size();
    }

    void poll() {
        List<UUID> elsewhere = this.waiting.next(LOOK_UP)
            .stream()
            .filter((id) -> this.engine.resident().get(id) == null)
            .toList();
        if (!elsewhere.isEmpty()) {
            lookUp(elsewhere);
        }
    }

    private void lookUp(List<UUID> runIds) {
        EngineStore.Ends ends = this.engine.store().ends(runIds);
        for (EngineStore.ExecutionRow row : ends.closed()) {
            try {
                closed(outcome(row));
            }
            catch (UnreadablePayloadException ex) {
                this.waiting.of(row.runId()).forEach((waiter) -> waiter.future().completeExceptionally(ex));
            }
        }
        for (UUID runId : ends.gone()) {
            this.waiting.of(runId)
                .forEach((waiter) -> waiter.future()
                    .completeExceptionally(new RunGoneException(waiter.workflowId(), runId)));
        }
    }

    /** How a run has ended. */
    WorkflowOutcome outcome(EngineStore.ExecutionRow row) {
        return new WorkflowOutcome(row.workflowId(), row.runId().toString(), row.workflowType(), row.status(),
                (row.result() != null) ? this.engine.json().readPayload(row.result()) : null,
                (row.failure() != null) ? this.engine.json().readFailure(row.failure()) : null,
                (row.continuedRunId() != null) ? row.continuedRunId().toString() : null);
    }

    /** One who waits. */
    private record Waiting(String workflowId, CompletableFuture<WorkflowOutcome> future) {
    }

}

package dev.workflow.engine;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import dev.workflow.payload.UnreadablePayloadException;

/**
 * Those who wait for the end of a run. Runs that end here complete them at once; the
 * others are looked up together, once a poll. Whoever gives up is forgotten.
 */
final class ResultWaiters {

    private static final int LOOK_UP = 10_000;

    private final WorkflowEngine engine;

    private final Map<UUID, List<CompletableFuture<WorkflowOutcome>>> waiting = new ConcurrentHashMap<>();

    ResultWaiters(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Completes when the run has ended, on whichever node; asks the database once right
     * away where the run is not here. Canceling it ends the wait.
     */
    CompletableFuture<WorkflowOutcome> of(UUID runId) {
        CompletableFuture<WorkflowOutcome> future = new CompletableFuture<>();
        this.waiting.merge(runId, List.of(future), ResultWaiters::joined);
        future.whenComplete(
                (outcome, failure) -> this.waiting.computeIfPresent(runId, (id, all) -> without(all, future)));
        if (this.engine.resident().get(runId) == null) {
            this.engine.wakeups().waitFor(runId);
            lookUp(List.of(runId));
        }
        return future;
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        List<T> all = new java.util.ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static <T> @org.jspecify.annotations.Nullable List<T> without(List<T> all, T one) {
        List<T> rest = all.stream().filter((each) -> each != one).toList();
        return rest.isEmpty() ? null : rest;
    }

    /** A run has ended on this node. */
    void closedHere(WorkflowOutcome outcome) {
        closed(outcome);
        this.engine.waitersElsewhere().ended(UUID.fromString(outcome.runId()));
    }

    boolean isWaitedFor(UUID runId) {
        return this.waiting.containsKey(runId);
    }

    /** Tells those who wait. */
    void closed(WorkflowOutcome outcome) {
        List<CompletableFuture<WorkflowOutcome>> all = this.waiting.get(UUID.fromString(outcome.runId()));
        if (all != null) {
            all.forEach((future) -> future.complete(outcome));
        }
    }

    /** How many runs are waited for. */
    int size() {
        return this.waiting.size();
    }

    void poll() {
        List<UUID> elsewhere = this.waiting.keySet()
            .stream()
            .filter((id) -> this.engine.resident().get(id) == null)
            .limit(LOOK_UP)
            .toList();
        if (!elsewhere.isEmpty()) {
            lookUp(elsewhere);
        }
    }

    private void lookUp(List<UUID> runIds) {
        for (EngineStore.ExecutionRow row : this.engine.store().closed(runIds)) {
            try {
                closed(this.engine.outcome(row));
            }
            catch (UnreadablePayloadException ex) {
                this.waiting.getOrDefault(row.runId(), List.of()).forEach((future) -> future.completeExceptionally(ex));
            }
        }
    }

}

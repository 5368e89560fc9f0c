package dev.workflow.engine;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Those who wait for the end of a run. Runs that end here complete them at once; the
 * others are looked up together, once a poll.
 */
final class ResultWaiters {

    private final WorkflowEngine engine;

    private final Map<UUID, CompletableFuture<WorkflowOutcome>> waiting = new ConcurrentHashMap<>();

    ResultWaiters(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Completes when the run has ended, on whichever node; asks the database once right
     * away.
     */
    CompletableFuture<WorkflowOutcome> of(UUID runId) {
        CompletableFuture<WorkflowOutcome> future = this.waiting.computeIfAbsent(runId,
                (id) -> new CompletableFuture<>());
        if (this.engine.resident().get(runId) == null) {
            lookUp(List.of(runId));
        }
        return future;
    }

    void closed(WorkflowOutcome outcome) {
        CompletableFuture<WorkflowOutcome> future = this.waiting.remove(UUID.fromString(outcome.runId()));
        if (future != null) {
            future.complete(outcome);
        }
    }

    /** Forgets a run that nobody waits for any more. */
    void forget(UUID runId) {
        this.waiting.computeIfPresent(runId, (id, future) -> (future.getNumberOfDependents() == 0) ? null : future);
    }

    boolean isEmpty() {
        return this.waiting.isEmpty();
    }

    void poll() {
        List<UUID> elsewhere = this.waiting.keySet()
            .stream()
            .filter((id) -> this.engine.resident().get(id) == null)
            .limit(10_000)
            .toList();
        if (!elsewhere.isEmpty()) {
            lookUp(elsewhere);
        }
    }

    private void lookUp(List<UUID> runIds) {
        for (EngineStore.ExecutionRow row : this.engine.store().closed(runIds)) {
            closed(this.engine.outcome(row));
        }
    }

}

package dev.workflow.engine;

import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for an update. Updates that are taken here complete them at once; for
 * the others the history is read on with each poll, since what became of an update stands
 * there.
 */
final class UpdateWaiters {

    private record Key(UUID runId, String updateId) {
    }

    /** One update that somebody waits for. */
    static final class Waiting {

        private final CompletableFuture<UpdateOutcome> accepted = new CompletableFuture<>();

        private final CompletableFuture<UpdateOutcome> completed = new CompletableFuture<>();

        private volatile long messageId;

        private long readUpTo;

        CompletableFuture<UpdateOutcome> stage(boolean untilCompleted) {
            return untilCompleted ? this.completed : this.accepted;
        }

        void sentAs(long message) {
            this.messageId = message;
        }

        private void complete(UpdateOutcome outcome) {
            this.accepted.complete(outcome);
            if (outcome.stage() != UpdateOutcome.Stage.ACCEPTED) {
                this.completed.complete(outcome);
            }
        }

    }

    private final WorkflowEngine engine;

    private final Map<Key, Waiting> waiting = new ConcurrentHashMap<>();

    UpdateWaiters(WorkflowEngine engine) {
        this.engine = engine;
    }

    Waiting of(UUID runId, String updateId) {
        return this.waiting.computeIfAbsent(new Key(runId, updateId), (k) -> new Waiting());
    }

    void forget(UUID runId, String updateId) {
        this.waiting.remove(new Key(runId, updateId));
    }

    void accepted(UUID runId, String updateId) {
        tell(runId, updateId, new UpdateOutcome(updateId, runId.toString(), UpdateOutcome.Stage.ACCEPTED, null, null));
    }

    void completed(UUID runId, WorkflowExecutionUpdateCompleted event) {
        UpdateOutcome.Stage stage = (event.failure() != null) ? UpdateOutcome.Stage.FAILED
                : UpdateOutcome.Stage.COMPLETED;
        tell(runId, event.updateId(),
                new UpdateOutcome(event.updateId(), runId.toString(), stage, event.result(), event.failure()));
    }

    void rejected(UUID runId, String updateId, FailureInfo failure) {
        tell(runId, updateId,
                new UpdateOutcome(updateId, runId.toString(), UpdateOutcome.Stage.REJECTED, null, failure));
    }

    private void tell(UUID runId, String updateId, UpdateOutcome outcome) {
        Waiting waiter = this.waiting.get(new Key(runId, updateId));
        if (waiter != null) {
            waiter.complete(outcome);
        }
    }

    void poll() {
        this.waiting.forEach((key, waiter) -> {
            if (this.engine.resident().get(key.runId()) == null && !waiter.completed.isDone()) {
                lookUp(key.runId(), key.updateId());
            }
        });
    }

    /**
     * Reads on in the history and, for an update that went through the inbox, its reply.
     */
    void lookUp(UUID runId, String updateId) {
        Waiting waiter = this.waiting.get(new Key(runId, updateId));
        if (waiter == null) {
            return;
        }
        EngineStore.ExecutionRow row = this.engine.store().execution(runId);
        Iterator<HistoryEvent> news = this.engine.store().history(runId, waiter.readUpTo);
        while (news.hasNext()) {
            HistoryEvent event = news.next();
            waiter.readUpTo = event.eventId();
            if (event instanceof WorkflowExecutionUpdateAccepted e && e.updateId().equals(updateId)) {
                accepted(runId, updateId);
            }
            else if (event instanceof WorkflowExecutionUpdateCompleted e && e.updateId().equals(updateId)) {
                completed(runId, e);
            }
        }
        if (waiter.messageId > 0 && !waiter.accepted.isDone()) {
            readReply(runId, updateId, waiter);
        }
        if (row != null && row.closedAt() != null && !waiter.completed.isDone()) {
            rejectedByClose(runId, updateId);
        }
    }

    private void readReply(UUID runId, String updateId, Waiting waiter) {
        Message message = this.engine.store().message(runId, waiter.messageId);
        if (message != null && message.kind() == Message.Kind.REPLY) {
            rejected(runId, updateId, this.engine.json().readFailure(message.payload()));
            this.engine.store().removeMessage(waiter.messageId);
        }
    }

    private void rejectedByClose(UUID runId, String updateId) {
        rejected(runId, updateId, FailureInfo.application("WorkflowCompleted",
                "The workflow completed before it could answer the update", true));
    }

    /** What is known now, if the wanted stage is reached. */
    @Nullable UpdateOutcome known(UUID runId, String updateId, boolean untilCompleted) {
        Waiting waiter = this.waiting.get(new Key(runId, updateId));
        return (waiter != null) ? waiter.stage(untilCompleted).getNow(null) : null;
    }

}

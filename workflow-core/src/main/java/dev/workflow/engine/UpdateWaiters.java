package dev.workflow.engine;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.UnreadablePayloadException;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for an update. Updates that are taken here complete them at once; for
 * the others the history is read on with each poll, since what became of an update stands
 * there.
 */
final class UpdateWaiters {

    private final WorkflowEngine engine;

    private final List<Waiting> waiting = new CopyOnWriteArrayList<>();

    private final Map<UUID, Integer> waitedFor = new ConcurrentHashMap<>();

    UpdateWaiters(WorkflowEngine engine) {
        this.engine = engine;
    }

    /** Begins to wait; ended by {@link #forget}. */
    Waiting await(UUID runId, String updateId) {
        Waiting waiter = new Waiting(runId, updateId);
        this.waitedFor.merge(runId, 1, Integer::sum);
        this.waiting.add(waiter);
        return waiter;
    }

    boolean isWaitedFor(UUID runId) {
        return this.waitedFor.containsKey(runId);
    }

    void forget(Waiting waiter) {
        this.waiting.remove(waiter);
        this.waitedFor.computeIfPresent(waiter.runId, (id, count) -> (count > 1) ? count - 1 : null);
    }

    /** The update went through the inbox: its reply would be found under this message. */
    void sentAs(UUID runId, String updateId, long messageId) {
        this.waiting.stream().filter((w) -> w.is(runId, updateId)).forEach((w) -> w.messageId = messageId);
    }

    void accepted(UUID runId, String updateId) {
        tell(runId, accepted(runId.toString(), updateId));
        this.engine.waitersElsewhere().answered(runId);
    }

    void completed(UUID runId, WorkflowExecutionUpdateCompleted event) {
        tell(runId, completed(runId.toString(), event));
        this.engine.waitersElsewhere().answered(runId);
    }

    void rejected(UUID runId, String updateId, FailureInfo failure) {
        tell(runId, rejected(runId.toString(), updateId, failure));
        this.engine.waitersElsewhere().answered(runId);
    }

    private static UpdateOutcome accepted(String runId, String updateId) {
        return new UpdateOutcome(updateId, runId, UpdateOutcome.Stage.ACCEPTED, null, null);
    }

    private static UpdateOutcome completed(String runId, WorkflowExecutionUpdateCompleted event) {
        UpdateOutcome.Stage stage = (event.failure() != null) ? UpdateOutcome.Stage.FAILED
                : UpdateOutcome.Stage.COMPLETED;
        return new UpdateOutcome(event.updateId(), runId, stage, event.result(), event.failure());
    }

    private static UpdateOutcome rejected(String runId, String updateId, FailureInfo failure) {
        return new UpdateOutcome(updateId, runId, UpdateOutcome.Stage.REJECTED, null, failure);
    }

    private void tell(UUID runId, UpdateOutcome outcome) {
        if (this.waitedFor.containsKey(runId)) {
            this.waiting.stream().filter((w) -> w.is(runId, outcome.updateId())).forEach((w) -> w.complete(outcome));
        }
    }

    void poll() {
        for (Waiting waiter : this.waiting) {
            if (this.engine.resident().get(waiter.runId) == null && !waiter.completed.isDone()) {
                try {
                    lookUp(waiter);
                }
                catch (UnreadablePayloadException ex) {
                    waiter.fail(ex);
                }
            }
        }
    }

    /**
     * Reads on in the history and, for an update that went through the inbox, its reply.
     */
    void lookUp(Waiting waiter) {
        waiter.reading.lock();
        try {
            String runId = waiter.runId.toString();
            EngineStore.ExecutionRow row = this.engine.store().execution(waiter.runId);
            Iterator<HistoryEvent> news = this.engine.store().history(waiter.runId, waiter.readUpTo);
            while (news.hasNext()) {
                HistoryEvent event = news.next();
                waiter.readUpTo = event.eventId();
                if (event instanceof WorkflowExecutionUpdateAccepted e && e.updateId().equals(waiter.updateId)) {
                    waiter.complete(accepted(runId, waiter.updateId));
                }
                else if (event instanceof WorkflowExecutionUpdateCompleted e && e.updateId().equals(waiter.updateId)) {
                    waiter.complete(completed(runId, e));
                }
            }
            FailureInfo reply = reply(waiter);
            if (reply != null) {
                waiter.complete(rejected(runId, waiter.updateId, reply));
            }
            if (row != null && row.closedAt() != null && !waiter.completed.isDone()) {
                waiter.complete(rejected(runId, waiter.updateId, FailureInfo.application("WorkflowCompleted",
                        "The workflow completed before it could answer the update", true)));
            }
        }
        finally {
            waiter.reading.unlock();
        }
    }

    private @Nullable FailureInfo reply(Waiting waiter) {
        if (waiter.messageId == 0 || waiter.accepted.isDone()) {
            return null;
        }
        Message message = this.engine.store().message(waiter.runId, waiter.messageId);
        if (message == null || message.kind() != Message.Kind.REPLY) {
            return null;
        }
        this.engine.store().removeMessage(waiter.messageId);
        return this.engine.json().readFailure(message.payload());
    }

    /** One who waits for an update. */
    static final class Waiting {

        private final UUID runId;

        private final String updateId;

        private final CompletableFuture<UpdateOutcome> accepted = new CompletableFuture<>();

        private final CompletableFuture<UpdateOutcome> completed = new CompletableFuture<>();

        private final java.util.concurrent.locks.ReentrantLock reading = new java.util.concurrent.locks.ReentrantLock();

        private volatile long messageId;

        private long readUpTo;

        Waiting(UUID runId, String updateId) {
            this.runId = runId;
            this.updateId = updateId;
        }

        private boolean is(UUID run, String update) {
            return this.runId.equals(run) && this.updateId.equals(update);
        }

        CompletableFuture<UpdateOutcome> stage(boolean untilCompleted) {
            return untilCompleted ? this.completed : this.accepted;
        }

        private void fail(UnreadablePayloadException reason) {
            this.accepted.completeExceptionally(reason);
            this.completed.completeExceptionally(reason);
        }

        private void complete(UpdateOutcome outcome) {
            this.accepted.complete(outcome);
            if (outcome.stage() != UpdateOutcome.Stage.ACCEPTED) {
                this.completed.complete(outcome);
            }
        }

    }

}

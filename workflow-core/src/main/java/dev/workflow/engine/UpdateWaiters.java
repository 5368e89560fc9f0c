package dev.workflow.engine;

import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.UnreadablePayloadException;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for an update. Updates that are taken here complete them at once; for
 * the others the history is read on with each poll, since what became of an update stands
 * there. An update that came too late for its run goes on to the run that it continues
 * as, and so do those who wait for it.
 */
final class UpdateWaiters {

    private static final int LOOK_UP = 20;

    private static final String ACCEPTED = WorkflowExecutionUpdateAccepted.class.getSimpleName();

    /** The message of an update that was sent, whose id is not known. */
    static final long UNKNOWN_MESSAGE = -1;

    private final WorkflowEngine engine;

    /** By the run that the update was sent to. */
    private final WaitingByRun<Waiting> waiting = new WaitingByRun<>();

    private volatile boolean stopped;

    UpdateWaiters(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Begins to wait; ended by {@link #forget}.
     * @param since the event after which the history may say something of it
     */
    Waiting await(UUID runId, String updateId, long since) {
        Waiting waiter = new Waiting(runId, updateId, since);
        this.waiting.add(runId, waiter);
        if (this.stopped) {
            forget(waiter);
            throw EngineStoppedException.whileWaiting();
        }
        return waiter;
    }

    /** Begins to wait for the end of an update that was accepted. */
    Waiting await(UpdateOutcome accepted) {
        Waiting waiter = await(UUID.fromString(accepted.runId()), accepted.updateId(), accepted.acceptedEventId());
        waiter.complete(accepted);
        return waiter;
    }

    /** How a run that has ended took the update; null: it took none of this id. */
    @Nullable UpdateOutcome acceptedBy(UUID endedRun, String updateId) {
        for (HistoryEvent event : this.engine.store().events(endedRun, List.of(ACCEPTED))) {
            if (event instanceof WorkflowExecutionUpdateAccepted accepted && accepted.updateId().equals(updateId)) {
                return accepted(endedRun.toString(), accepted);
            }
        }
        return null;
    }

    boolean isWaitedFor(UUID runId) {
        return !this.waiting.of(runId).isEmpty();
    }

    void forget(Waiting waiter) {
        this.waiting.remove(waiter.runId, waiter);
    }

    /**
     * Nobody looks any more: whoever waits is told so, and whoever comes before anything
     * is sent.
     */
    void stop() {
        this.stopped = true;
        this.waiting.all().forEach((waiter) -> waiter.fail(EngineStoppedException.whileWaiting()));
    }

    /** How many runs have updates that somebody waits for. */
    int size() {
        return this.waiting.size();
    }

    private List<Waiting> of(UUID runId, String updateId) {
        return this.waiting.of(runId).stream().filter((waiter) -> waiter.updateId.equals(updateId)).toList();
    }

    /** The update went through the inbox: its reply would be found under this message. */
    void sentAs(UUID runId, String updateId, long messageId) {
        // None: there was one of the same id already, and that one is answered.
        long known = (messageId != 0) ? messageId : UNKNOWN_MESSAGE;
        of(runId, updateId).forEach((waiter) -> waiter.messageId = known);
    }

    void accepted(UUID runId, WorkflowExecutionUpdateAccepted event) {
        tell(runId, accepted(runId.toString(), event));
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

    private static UpdateOutcome accepted(String runId, WorkflowExecutionUpdateAccepted event) {
        return new UpdateOutcome(event.updateId(), runId, UpdateOutcome.Stage.ACCEPTED, null, null, event.eventId());
    }

    private static UpdateOutcome completed(String runId, WorkflowExecutionUpdateCompleted event) {
        UpdateOutcome.Stage stage = (event.failure() != null) ? UpdateOutcome.Stage.FAILED
                : UpdateOutcome.Stage.COMPLETED;
        return new UpdateOutcome(event.updateId(), runId, stage, event.result(), event.failure());
    }

    /** It can be answered no more. What had been accepted was not refused. */
    private static UpdateOutcome unanswered(String runId, Waiting waiter) {
        UpdateOutcome.Stage stage = waiter.accepted.isDone() ? UpdateOutcome.Stage.FAILED
                : UpdateOutcome.Stage.REJECTED;
        return new UpdateOutcome(waiter.updateId, runId, stage, null, FailureInfo.application("WorkflowCompleted",
                "The workflow completed before it could answer the update", true));
    }

    private static UpdateOutcome rejected(String runId, String updateId, FailureInfo failure) {
        return new UpdateOutcome(updateId, runId, UpdateOutcome.Stage.REJECTED, null, failure);
    }

    private void tell(UUID runId, UpdateOutcome outcome) {
        of(runId, outcome.updateId()).forEach((waiter) -> waiter.complete(outcome));
    }

    /** Some with each poll, which has more to do; whoever waits looks for itself, too. */
    void poll() {
        this.waiting.next(LOOK_UP)
            .stream()
            .filter((run) -> this.engine.resident().get(run) == null)
            .flatMap((run) -> this.waiting.of(run).stream())
            .filter((waiter) -> !waiter.completed.isDone())
            .limit(LOOK_UP)
            .forEach(this::lookUpSafely);
    }

    private void lookUpSafely(Waiting waiter) {
        try {
            lookUp(waiter);
        }
        catch (UnreadablePayloadException ex) {
            waiter.fail(ex);
        }
    }

    /**
     * Reads on in the history and, for an update that went through the inbox, its reply.
     * @return the run that was to be read and is not there: it was deleted, or the start
     * that the update goes with is not committed yet
     */
    @Nullable UUID lookUp(Waiting waiter) {
        waiter.reading.lock();
        try {
            UUID next = waiter.readIn;
            while (next != null && !waiter.completed.isDone()) {
                EngineStore.ExecutionRow row = this.engine.store().execution(next);
                if (row == null) {
                    return next;
                }
                next = read(waiter, row);
            }
            return null;
        }
        finally {
            waiter.reading.unlock();
        }
    }

    /** Returns the run in which to read on. */
    private @Nullable UUID read(Waiting waiter, EngineStore.ExecutionRow row) {
        UUID run = row.runId();
        String runId = run.toString();
        Iterator<HistoryEvent> news = this.engine.store().history(run, waiter.readUpTo);
        while (news.hasNext()) {
            HistoryEvent event = news.next();
            waiter.readUpTo = event.eventId();
            if (event instanceof WorkflowExecutionUpdateAccepted e && e.updateId().equals(waiter.updateId)) {
                waiter.complete(accepted(runId, e));
            }
            else if (event instanceof WorkflowExecutionUpdateCompleted e && e.updateId().equals(waiter.updateId)) {
                waiter.complete(completed(runId, e));
            }
        }
        FailureInfo reply = reply(waiter, run);
        if (reply != null) {
            // It is gone from the inbox: nobody else would find it.
            UpdateOutcome rejected = rejected(runId, waiter.updateId, reply);
            of(waiter.runId, waiter.updateId).forEach((each) -> each.complete(rejected));
            waiter.complete(rejected);
        }
        if (row.closedAt() == null || waiter.completed.isDone()) {
            return null;
        }
        // The run that a reset makes has it again, as an event or a message.
        boolean goesAlong = row.status() == WorkflowStatus.TERMINATED || !runId.equals(waiter.acceptedIn);
        if (row.continuedRunId() == null || !goesAlong) {
            waiter.complete(unanswered(runId, waiter));
            return null;
        }
        waiter.readIn = row.continuedRunId();
        waiter.readUpTo = 0;
        if (waiter.messageId != 0 || row.status() == WorkflowStatus.TERMINATED) {
            // A reset puts it into the new run's inbox as another message.
            waiter.messageId = UNKNOWN_MESSAGE;
        }
        return waiter.readIn;
    }

    private @Nullable FailureInfo reply(Waiting waiter, UUID run) {
        if (waiter.messageId == 0 || run.toString().equals(waiter.acceptedIn)) {
            return null;
        }
        Message message = (waiter.messageId == UNKNOWN_MESSAGE) ? this.engine.store().reply(run, waiter.updateId)
                : this.engine.store().message(run, waiter.messageId);
        if (message == null || message.kind() != Message.Kind.REPLY) {
            return null;
        }
        this.engine.store().removeMessage(run, message.id());
        return this.engine.json().readFailure(message.payload());
    }

    /** One who waits for an update. */
    static final class Waiting {

        private final UUID runId;

        private final String updateId;

        private final CompletableFuture<UpdateOutcome> accepted = new CompletableFuture<>();

        private final CompletableFuture<UpdateOutcome> completed = new CompletableFuture<>();

        private final ReentrantLock reading = new ReentrantLock();

        private volatile long messageId;

        /** The last run that was seen to accept it. */
        private volatile @Nullable String acceptedIn;

        private UUID readIn;

        private long readUpTo;

        Waiting(UUID runId, String updateId, long since) {
            this.runId = runId;
            this.updateId = updateId;
            this.readIn = runId;
            this.readUpTo = since;
        }

        CompletableFuture<UpdateOutcome> stage(boolean untilCompleted) {
            return untilCompleted ? this.completed : this.accepted;
        }

        private void fail(RuntimeException reason) {
            this.accepted.completeExceptionally(reason);
            this.completed.completeExceptionally(reason);
        }

        private void complete(UpdateOutcome outcome) {
            if (outcome.stage() == UpdateOutcome.Stage.ACCEPTED) {
                this.acceptedIn = outcome.runId();
            }
            this.accepted.complete(outcome);
            if (outcome.stage() != UpdateOutcome.Stage.ACCEPTED) {
                this.completed.complete(outcome);
            }
        }

    }

}

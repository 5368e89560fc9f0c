package dev.workflow.engine;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** Something in the mailbox of a resident run. */
sealed interface Delivery {

    /**
     * Becomes part of the history; a message id says that it is in the inbox table, too.
     */
    sealed interface Input extends Delivery {

        @Nullable Long messageId();

        /** About how much room it takes. */
        long characters();

    }

    /** A signal; the acknowledgement completes when it is durable. */
    record Signal(HandlerCall call, @Nullable String requestId, @Nullable Long messageId,
            CompletableFuture<Void> acknowledged) implements Input {

        @Override
        public long characters() {
            return this.call.input().text().length();
        }

        /**
         * The same with a request id, so that it counts once although it may be written
         * twice.
         */
        Signal recognizable() {
            return (this.requestId != null) ? this
                    : new Signal(this.call, "inbox:" + UUID.randomUUID(), this.messageId, this.acknowledged);
        }

        /** The same as an event. */
        WorkflowExecutionSignaled event(long eventId, Instant time, boolean beforeFirstStep) {
            return new WorkflowExecutionSignaled(eventId, time, this.call.name(), this.call.input(), this.requestId,
                    this.call.header(), beforeFirstStep, this.call.identity());
        }

    }

    /** An update. */
    record Update(String updateId, HandlerCall call, @Nullable Long messageId) implements Input {

        @Override
        public long characters() {
            return this.call.input().text().length();
        }

    }

    /** A request to cancel the run. */
    record Cancel(Request request, @Nullable Long messageId, CompletableFuture<Void> acknowledged) implements Input {

        @Override
        public long characters() {
            String reason = this.request.reason();
            return (reason != null) ? reason.length() : 0;
        }

    }

    /**
     * The end of an activity; the guard is the attempt that the database knows as the
     * last one, which may be one that was claimed and then not allowed to begin.
     */
    record Outcome(long scheduledEventId, ActivityOutcome outcome, int guard,
            @Nullable Long messageId) implements Input {

        @Override
        public long characters() {
            Json result = this.outcome.result();
            return (result != null) ? result.text().length() : 0;
        }

    }

    /** The end of a child. */
    record ChildClosed(long initiatedEventId, ChildOutcome outcome, @Nullable Long messageId) implements Input {

        @Override
        public long characters() {
            Json result = this.outcome.result();
            return (result != null) ? result.text().length() : 0;
        }

    }

    /**
     * What became of the start of a child or of a message to another workflow: null when
     * it succeeded, else why not.
     */
    record Answer(long initiatedEventId, @Nullable String refusal, @Nullable Long messageId) implements Input {

        @Override
        public long characters() {
            return 0;
        }

    }

    /** What somebody did from outside, for the history; it is done already. */
    record Note(OperatorActionRecorded action, @Nullable Long messageId) implements Input {

        @Override
        public long characters() {
            return 0;
        }

    }

    /**
     * The end of an attempt of a local activity. It is nowhere else: lost, it is
     * repeated.
     */
    record LocalOutcome(ActivityTaskScheduled order, int attempt, @Nullable Json result, @Nullable FailureInfo failure,
            @Nullable String retryState, @Nullable Instant nextAttemptTime) implements Input {

        @Override
        public @Nullable Long messageId() {
            return null;
        }

        @Override
        public long characters() {
            return (this.result != null) ? this.result.text().length() : 0;
        }

    }

    /** A timer or a deadline may be due: look at the clock. */
    record TimeCame() implements Delivery {
    }

    /** The inbox has something. */
    record InboxHint() implements Delivery {
    }

    /** A question, answered between turns. */
    record Query(HandlerCall call, CompletableFuture<Json> answer) implements Delivery {

        /** The run has left: whoever asks looks for it again. */
        void moved() {
            this.answer.completeExceptionally(new MovedException());
        }

    }

    /** Leave memory: evicted, or the node shuts down. */
    record Leave(CompletableFuture<Void> left) implements Delivery {
    }

    /**
     * The run was ended or taken by somebody else.
     *
     * @param isTakenHere whether this node did so, for whoever asked for it
     */
    record Gone(boolean isTakenHere) implements Delivery {
    }

}

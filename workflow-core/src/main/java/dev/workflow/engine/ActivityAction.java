package dev.workflow.engine;

import dev.workflow.ActivityOptions;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;

/** What can be done to an activity that has no result yet. */
public sealed interface ActivityAction {

    /** Its name in histories. */
    default String title() {
        return getClass().getSimpleName() + "Activity";
    }

    /** Begins the next attempt now that would be due later. */
    record RunNow() implements ActivityAction {
    }

    /** Begins no further attempt; one that runs may end. */
    record Pause() implements ActivityAction {
    }

    /**
     * Lets it go on, at once.
     *
     * @param resetAttempts whether its attempts so far are forgiven
     */
    record Unpause(boolean resetAttempts) implements ActivityAction {
    }

    /** Forgives its attempts so far, and begins the next one now. */
    record Reset() implements ActivityAction {
    }

    /**
     * Changes its time-outs and how it is retried.
     *
     * @param options what is not set stays as it is
     */
    record ChangeOptionsOf(ActivityOptions options) implements ActivityAction {
    }

    /**
     * Ends it with a result.
     *
     * @param result what it returns
     */
    record Complete(Json result) implements ActivityAction {
    }

    /**
     * Ends it with a failure, which is not retried.
     *
     * @param failure what it throws
     */
    record Fail(FailureInfo failure) implements ActivityAction {
    }

}

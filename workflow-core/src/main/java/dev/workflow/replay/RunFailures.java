package dev.workflow.replay;

import java.util.function.Predicate;

import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * The failures that workflow code meets, made as they are when they come out of a
 * history.
 */
final class RunFailures {

    private final FailureConverter converter;

    private final Predicate<Throwable> failsRun;

    RunFailures(FailureConverter converter, Predicate<Throwable> failsRun) {
        this.converter = converter;
        this.failsRun = failsRun;
    }

    /** Whether it is a failure of what was tried, not a bug in the code that tries. */
    boolean isFailure(Throwable thrown) {
        return thrown instanceof WorkflowException || this.failsRun.test(thrown);
    }

    /** The failure as a promise keeps it. */
    RuntimeException unchecked(Throwable failure) {
        return (failure instanceof RuntimeException runtime) ? runtime : decode(encode(failure));
    }

    FailureInfo encode(Throwable failure) {
        return this.converter.encode(failure);
    }

    RuntimeException decode(FailureInfo failure) {
        return this.converter.decode(failure);
    }

    // These are made where the code waits, so that their stack traces say where that is.

    RuntimeException canceled(@Nullable String reason) {
        return new CanceledFailure((reason != null) ? reason : "canceled");
    }

    RuntimeException timedOut(String message) {
        return new TimeoutFailure(TimeoutFailure.Kind.PROMISE, message, null);
    }

    /** How a child fails in the eyes of the code that started it. */
    RuntimeException child(String workflowType, String workflowId, FailureInfo cause) {
        return new ChildWorkflowFailure(workflowType, workflowId, decode(cause));
    }

    /** How an activity fails in the eyes of the code that called it. */
    RuntimeException activity(String activityType, String activityId, FailureInfo cause) {
        return new ActivityFailure(activityType, activityId, decode(cause));
    }

}

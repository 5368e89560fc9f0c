package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/** Decides whether and when an activity is tried again. */
final class Retries {

    static final String NON_RETRYABLE_FAILURE = "NON_RETRYABLE_FAILURE";

    private static final String OUT_OF_ATTEMPTS = "MAXIMUM_ATTEMPTS_REACHED";

    private static final String OUT_OF_TIME = "TIMEOUT";

    private final EngineClock clock;

    Retries(EngineClock clock) {
        this.clock = clock;
    }

    /**
     * Why there is no further attempt, or null when there is one.
     * @param thrown what the failure was as an exception, so that the classes which it
     * extends count, too; null: it was none here
     */
    @Nullable String refusal(ActivityTaskScheduled order, int attempt, FailureInfo failure, @Nullable Throwable thrown,
            boolean cancelRequested) {
        RetryPolicy policy = order.retryPolicy();
        if (thrown != null && policy.excludes(thrown)) {
            return NON_RETRYABLE_FAILURE;
        }
        if (cancelRequested) {
            return "CANCEL_REQUESTED";
        }
        if (failure.nonRetryable() || policy.isNonRetryableType(failure.type())) {
            return NON_RETRYABLE_FAILURE;
        }
        if (!policy.allowsAttemptAfter(attempt)) {
            return OUT_OF_ATTEMPTS;
        }
        Duration whole = order.scheduleToCloseTimeout();
        if (whole != null) {
            Instant next = this.clock.instant().plus(delay(order, attempt, failure));
            if (!next.isBefore(order.eventTime().plus(whole))) {
                return OUT_OF_TIME;
            }
        }
        return null;
    }

    /** Whether other options would have led to another attempt. */
    static boolean isOfOptions(@Nullable String refusal) {
        return OUT_OF_ATTEMPTS.equals(refusal) || OUT_OF_TIME.equals(refusal);
    }

    /**
     * The pause before the next attempt: what the failure asks for, else what the policy
     * says.
     */
    static Duration delay(ActivityTaskScheduled order, int attempt, FailureInfo failure) {
        Duration asked = failure.nextRetryDelay();
        return (asked != null) ? asked : order.retryPolicy().intervalAfter(attempt);
    }

}

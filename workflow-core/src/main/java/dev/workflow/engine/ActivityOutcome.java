package dev.workflow.engine;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * How an activity ended for good; also what an {@code ACTIVITY} message carries.
 *
 * @param attempt the attempt that ended it
 * @param kind how
 * @param result what it returned
 * @param failure what it threw
 * @param retryState why there is no further attempt
 */
public record ActivityOutcome(int attempt, Kind kind, @Nullable Json result, @Nullable FailureInfo failure,
        @Nullable String retryState) {

    /** The ends that an activity can have. */
    public enum Kind {

        COMPLETED, FAILED, TIMED_OUT, CANCELED

    }

    static ActivityOutcome completed(int attempt, Json result) {
        return new ActivityOutcome(attempt, Kind.COMPLETED, result, null, null);
    }

    static ActivityOutcome failed(int attempt, FailureInfo failure, String retryState) {
        Kind kind = (failure.kind() == FailureInfo.Kind.TIMEOUT) ? Kind.TIMED_OUT : Kind.FAILED;
        return new ActivityOutcome(attempt, kind, null, failure, retryState);
    }

    static ActivityOutcome canceled(int attempt, @Nullable FailureInfo failure) {
        return new ActivityOutcome(attempt, Kind.CANCELED, null, failure, null);
    }

}

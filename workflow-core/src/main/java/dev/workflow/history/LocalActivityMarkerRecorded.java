package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;

/**
 * A local activity ended, or one of its attempts failed and the next one comes after a
 * long pause. Its order is not recorded: the code gives it again in each replay.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param activityId unique in the run
 * @param activityType the type
 * @param attempt the attempt that ended
 * @param result what it returned; null when it failed
 * @param failure what it threw; null when it completed
 * @param retryState why there is no further attempt
 * @param nextAttemptTime when it is tried again; null when it ended for good
 */
public record LocalActivityMarkerRecorded(long eventId, Instant eventTime, String activityId, String activityType,
        int attempt, @Nullable Json result, @Nullable FailureInfo failure, @Nullable String retryState,
        @Nullable Instant nextAttemptTime) implements InputEvent {
}

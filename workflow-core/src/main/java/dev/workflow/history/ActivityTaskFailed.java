package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;

/**
 * An activity failed and is not retried any more.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param scheduledEventId the event that ordered the activity
 * @param attempt the last attempt
 * @param failure why
 * @param retryState why there is no further attempt: NON_RETRYABLE_FAILURE,
 * MAXIMUM_ATTEMPTS_REACHED, TIMEOUT or CANCEL_REQUESTED
 */
public record ActivityTaskFailed(long eventId, Instant eventTime, long scheduledEventId, int attempt,
        FailureInfo failure, String retryState) implements InputEvent {
}

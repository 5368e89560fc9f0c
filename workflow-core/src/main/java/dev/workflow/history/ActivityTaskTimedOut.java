package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;

/**
 * An activity ran out of time and is not retried any more.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param scheduledEventId the event that ordered the activity
 * @param attempt the last attempt
 * @param failure the timeout; its cause is the last failure of an attempt
 */
public record ActivityTaskTimedOut(long eventId, Instant eventTime, long scheduledEventId, int attempt,
        FailureInfo failure) implements InputEvent {
}

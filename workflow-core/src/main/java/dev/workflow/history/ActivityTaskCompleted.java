package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.Json;

/**
 * An activity returned.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param scheduledEventId the event that ordered the activity
 * @param attempt the attempt that succeeded
 * @param result what it returned
 */
public record ActivityTaskCompleted(long eventId, Instant eventTime, long scheduledEventId, int attempt,
        Json result) implements InputEvent {
}

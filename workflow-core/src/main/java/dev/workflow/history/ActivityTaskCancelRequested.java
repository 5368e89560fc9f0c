package dev.workflow.history;

import java.time.Instant;

/**
 * The code canceled an activity.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param scheduledEventId the event that ordered the activity
 */
public record ActivityTaskCancelRequested(long eventId, Instant eventTime,
        long scheduledEventId) implements CommandEvent {
}

package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * An activity ended because it was canceled.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param scheduledEventId the event that ordered the activity
 * @param failure what it threw
 */
public record ActivityTaskCanceled(long eventId, Instant eventTime, long scheduledEventId,
        @Nullable FailureInfo failure) implements InputEvent {
}

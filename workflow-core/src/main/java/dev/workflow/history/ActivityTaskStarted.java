package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * An attempt after the first was made; recorded together with its outcome.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param scheduledEventId the event that ordered the activity
 * @param attempt which attempt
 * @param lastFailure how the attempt before it failed
 */
public record ActivityTaskStarted(long eventId, Instant eventTime, long scheduledEventId, int attempt,
        @Nullable FailureInfo lastFailure) implements InputEvent {
}

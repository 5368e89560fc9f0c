package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Cancellation was requested.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param reason why
 */
public record WorkflowExecutionCancelRequested(long eventId, Instant eventTime,
        @Nullable String reason) implements InputEvent {
}

package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Cancellation was requested.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param reason why
 * @param identity who requested it
 */
public record WorkflowExecutionCancelRequested(long eventId, Instant eventTime, @Nullable String reason,
        @Nullable String identity) implements InputEvent {
}

package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The run was ended from outside.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param reason why
 * @param identity who ended it
 */
public record WorkflowExecutionTerminated(long eventId, Instant eventTime, @Nullable String reason,
        @Nullable String identity) implements InputEvent {
}

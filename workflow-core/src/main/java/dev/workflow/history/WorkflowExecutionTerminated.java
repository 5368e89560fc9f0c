package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The run was ended from outside.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param reason why
 */
public record WorkflowExecutionTerminated(long eventId, Instant eventTime,
        @Nullable String reason) implements InputEvent {
}

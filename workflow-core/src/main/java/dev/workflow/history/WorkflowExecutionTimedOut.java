package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The run ran out of time.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param timeoutType EXECUTION or RUN
 * @param newExecutionRunId the run that tries it again, or comes next
 */
public record WorkflowExecutionTimedOut(long eventId, Instant eventTime, String timeoutType,
        @Nullable String newExecutionRunId) implements InputEvent {
}

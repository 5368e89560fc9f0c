package dev.workflow.history;

import java.time.Instant;

/**
 * The run ran out of time.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param timeoutType EXECUTION or RUN
 */
public record WorkflowExecutionTimedOut(long eventId, Instant eventTime, String timeoutType) implements InputEvent {
}

package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;

/**
 * The workflow ended because it was canceled.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param failure the cancellation
 */
public record WorkflowExecutionCanceled(long eventId, Instant eventTime, FailureInfo failure) implements CommandEvent {
}

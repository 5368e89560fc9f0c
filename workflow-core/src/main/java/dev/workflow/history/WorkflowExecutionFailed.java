package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;

/**
 * The workflow failed.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param failure why
 */
public record WorkflowExecutionFailed(long eventId, Instant eventTime, FailureInfo failure) implements CommandEvent {
}

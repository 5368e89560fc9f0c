package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;

/**
 * A child workflow failed and is not retried any more.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param initiatedEventId the event that ordered the child
 * @param runId its last run
 * @param failure why
 */
public record ChildWorkflowExecutionFailed(long eventId, Instant eventTime, long initiatedEventId, String runId,
        FailureInfo failure) implements InputEvent {
}

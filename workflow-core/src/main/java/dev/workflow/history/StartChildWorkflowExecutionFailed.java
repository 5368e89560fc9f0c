package dev.workflow.history;

import java.time.Instant;

/**
 * A child workflow was not started.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param initiatedEventId the event that ordered the child
 * @param workflowId the workflow id that it was to have
 * @param workflowType its type
 * @param cause why: WORKFLOW_ALREADY_EXISTS
 */
public record StartChildWorkflowExecutionFailed(long eventId, Instant eventTime, long initiatedEventId,
        String workflowId, String workflowType, String cause) implements InputEvent {
}

package dev.workflow.history;

import java.time.Instant;

/**
 * A child workflow was started.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param initiatedEventId the event that ordered the child
 * @param workflowId its workflow id
 * @param runId its first run
 * @param workflowType its type
 */
public record ChildWorkflowExecutionStarted(long eventId, Instant eventTime, long initiatedEventId, String workflowId,
        String runId, String workflowType) implements InputEvent {
}

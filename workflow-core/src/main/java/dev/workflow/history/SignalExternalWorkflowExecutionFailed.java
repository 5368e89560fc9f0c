package dev.workflow.history;

import java.time.Instant;

/**
 * A signal of the code did not find an open workflow.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param initiatedEventId the event that ordered it
 * @param workflowId the workflow that was meant
 * @param cause why: EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND
 */
public record SignalExternalWorkflowExecutionFailed(long eventId, Instant eventTime, long initiatedEventId,
        String workflowId, String cause) implements InputEvent {
}

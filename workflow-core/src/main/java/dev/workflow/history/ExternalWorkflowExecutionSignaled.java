package dev.workflow.history;

import java.time.Instant;

/**
 * A signal of the code reached another workflow's inbox.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param initiatedEventId the event that ordered it
 * @param workflowId the workflow that was meant
 */
public record ExternalWorkflowExecutionSignaled(long eventId, Instant eventTime, long initiatedEventId,
        String workflowId) implements InputEvent {
}

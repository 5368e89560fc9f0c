package dev.workflow.history;

/**
 * The run that started another as its child.
 *
 * @param workflowId the parent's workflow id
 * @param runId the parent's run id
 * @param initiatedEventId the parent's event that ordered the child
 */
public record ParentExecution(String workflowId, String runId, long initiatedEventId) {
}

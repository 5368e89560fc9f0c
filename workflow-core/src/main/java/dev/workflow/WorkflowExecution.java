package dev.workflow;

/**
 * One run of a workflow.
 *
 * @param workflowId the workflow id, chosen by who started it; at most one run of it is
 * open at a time
 * @param runId the id of this run, made by the engine and unique for good
 */
public record WorkflowExecution(String workflowId, String runId) {
}

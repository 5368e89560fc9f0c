package dev.workflow.engine;

/**
 * What a start led to.
 *
 * @param workflowId the workflow id
 * @param runId the run
 * @param started whether this call started it; false: it existed already
 */
public record StartResult(String workflowId, String runId, boolean started) {
}

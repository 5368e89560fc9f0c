package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * Names a workflow execution.
 *
 * @param workflowId the workflow id
 * @param runId one run of it, or null for the open run, else the latest
 */
public record WorkflowRef(String workflowId, @Nullable String runId) {
}

package dev.workflow.visibility;

import java.time.Instant;
import java.util.Map;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * A run as a list shows it.
 *
 * @param workflowId the workflow id
 * @param runId the run
 * @param workflowType its type
 * @param taskQueue its task queue
 * @param status its status
 * @param startTime when it was started
 * @param closeTime when it ended; null: it is open
 * @param historyLength how many events it has
 * @param memo its memo, as stored
 * @param searchAttributes its search attributes, as {@link SearchAttributes#fromJson}
 * reads them
 * @param parentWorkflowId who started it as a child
 */
public record ListedWorkflow(String workflowId, String runId, String workflowType, String taskQueue,
        WorkflowStatus status, Instant startTime, @Nullable Instant closeTime, long historyLength,
        Map<String, Json> memo, Map<String, Object> searchAttributes, @Nullable String parentWorkflowId) {
}

package dev.workflow.engine;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param workflowId the workflow id
 * @param runId the run that ended
 * @param workflowType its type
 * @param status its status, never {@code RUNNING}
 * @param result the result of a completed run
 * @param failure why it did not complete
 * @param continuedRunId the run that it went on in
 */
public record WorkflowOutcome(String workflowId, String runId, String workflowType, WorkflowStatus status,
        @Nullable Json result, @Nullable FailureInfo failure, @Nullable String continuedRunId) {
}

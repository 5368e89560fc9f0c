package dev.workflow.engine;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * How a child ended; what a {@code CHILD} message carries.
 *
 * @param status its last status
 * @param runId its last run
 * @param result what it returned
 * @param failure why it did not
 */
public record ChildOutcome(WorkflowStatus status, String runId, @Nullable Json result, @Nullable FailureInfo failure) {
}

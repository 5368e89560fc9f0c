package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The workflow method returned.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param result what it returned
 * @param newExecutionRunId the next run of a workflow that recurs
 */
public record WorkflowExecutionCompleted(long eventId, Instant eventTime, Json result,
        @Nullable String newExecutionRunId) implements CommandEvent {
}

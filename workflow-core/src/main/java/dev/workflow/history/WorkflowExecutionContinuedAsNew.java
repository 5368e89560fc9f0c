package dev.workflow.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.workflow.VersioningBehavior;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The run ended and goes on in a new one.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param newExecutionRunId the new run
 * @param workflowType its type
 * @param taskQueue its queue
 * @param input its arguments, a JSON array
 * @param workflowRunTimeout its run timeout
 * @param startDelay how long it waits before it begins
 * @param memo its memo; null: as before
 * @param versioning which builds may run it; null: as before
 */
public record WorkflowExecutionContinuedAsNew(long eventId, Instant eventTime, String newExecutionRunId,
        String workflowType, String taskQueue, Json input, @Nullable Duration workflowRunTimeout,
        @Nullable Duration startDelay,
        @JsonInclude(JsonInclude.Include.NON_NULL) @JsonSetter(nulls = Nulls.SET) @Nullable Map<String, Json> memo,
        @Nullable VersioningBehavior versioning) implements CommandEvent {
}

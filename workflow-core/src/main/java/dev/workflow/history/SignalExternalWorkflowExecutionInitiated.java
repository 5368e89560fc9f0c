package dev.workflow.history;

import java.time.Instant;
import java.util.Map;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The code signals another workflow.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param workflowId the workflow that is meant
 * @param runId the first run of the chain that is meant; absent: whichever run is open
 * @param signalName the signal
 * @param input its arguments, a JSON array
 * @param childWorkflowOnly whether a child of this run is meant
 * @param header propagated context
 */
public record SignalExternalWorkflowExecutionInitiated(long eventId, Instant eventTime, String workflowId,
        @Nullable String runId, String signalName, Json input, boolean childWorkflowOnly,
        Map<String, String> header) implements CommandEvent {
}

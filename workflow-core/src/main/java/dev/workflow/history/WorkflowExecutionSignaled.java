package dev.workflow.history;

import java.time.Instant;
import java.util.Map;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * A signal arrived.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param signalName its name
 * @param input the arguments, a JSON array
 * @param requestId the id that repeated requests share
 * @param header propagated context
 */
public record WorkflowExecutionSignaled(long eventId, Instant eventTime, String signalName, Json input,
        @Nullable String requestId, Map<String, String> header) implements InputEvent {
}

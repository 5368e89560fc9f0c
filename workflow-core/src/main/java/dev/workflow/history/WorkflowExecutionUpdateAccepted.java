package dev.workflow.history;

import java.time.Instant;
import java.util.Map;

import dev.workflow.payload.Json;

/**
 * An update passed its validator; its handler starts.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param updateId the update id
 * @param updateName its name
 * @param input the arguments, a JSON array
 * @param header propagated context
 */
public record WorkflowExecutionUpdateAccepted(long eventId, Instant eventTime, String updateId, String updateName,
        Json input, Map<String, String> header) implements InputEvent {
}

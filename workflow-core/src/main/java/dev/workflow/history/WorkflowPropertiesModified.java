package dev.workflow.history;

import java.time.Instant;
import java.util.Map;

import dev.workflow.payload.Json;

/**
 * The memo was changed; a JSON null removes.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param upsertedMemo the changes
 */
public record WorkflowPropertiesModified(long eventId, Instant eventTime,
        Map<String, Json> upsertedMemo) implements CommandEvent {
}

package dev.workflow.history;

import java.time.Instant;
import java.util.Map;

/**
 * Search attributes were changed; a null value removes.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param searchAttributes the changes
 */
public record UpsertWorkflowSearchAttributes(long eventId, Instant eventTime,
        Map<String, Object> searchAttributes) implements CommandEvent {
}

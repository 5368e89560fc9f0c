package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.Json;

/**
 * A child workflow returned.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param initiatedEventId the event that ordered the child
 * @param runId its last run
 * @param result what it returned
 */
public record ChildWorkflowExecutionCompleted(long eventId, Instant eventTime, long initiatedEventId, String runId,
        Json result) implements InputEvent {
}

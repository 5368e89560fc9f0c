package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.Json;

/**
 * The workflow method returned.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param result what it returned
 */
public record WorkflowExecutionCompleted(long eventId, Instant eventTime, Json result) implements CommandEvent {
}

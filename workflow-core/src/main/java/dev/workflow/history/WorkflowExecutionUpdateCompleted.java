package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The handler of an update ended.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param updateId the update id
 * @param acceptedEventId the event that accepted it
 * @param result what the handler returned
 * @param failure what it threw
 */
public record WorkflowExecutionUpdateCompleted(long eventId, Instant eventTime, String updateId, long acceptedEventId,
        @Nullable Json result, @Nullable FailureInfo failure) implements CommandEvent {
}

package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * A child workflow ended because it was canceled.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param initiatedEventId the event that ordered the child
 * @param runId its last run
 * @param failure the cancellation
 */
public record ChildWorkflowExecutionCanceled(long eventId, Instant eventTime, long initiatedEventId, String runId,
        @Nullable FailureInfo failure) implements InputEvent {
}

package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * The workflow failed.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param failure why
 * @param newExecutionRunId the run that tries it again, or comes next
 */
public record WorkflowExecutionFailed(long eventId, Instant eventTime, FailureInfo failure,
        @Nullable String newExecutionRunId) implements CommandEvent {
}

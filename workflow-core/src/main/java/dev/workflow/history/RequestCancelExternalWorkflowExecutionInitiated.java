package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The code requests the cancellation of another workflow.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param workflowId the workflow that is meant
 * @param runId the first run of the chain that is meant; absent: whichever run is open
 * @param childWorkflowOnly whether a child of this run is meant
 * @param reason why
 */
public record RequestCancelExternalWorkflowExecutionInitiated(long eventId, Instant eventTime, String workflowId,
        @Nullable String runId, boolean childWorkflowOnly, @Nullable String reason) implements CommandEvent {
}

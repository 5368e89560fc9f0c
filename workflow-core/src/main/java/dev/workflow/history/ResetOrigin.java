package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Where the first events of a run come from that was made by a reset or as a fork.
 *
 * @param workflowId the workflow whose history was copied
 * @param runId the run whose history was copied
 * @param eventId the last event that was copied
 * @param time when
 * @param seedRunId the run id that random numbers up to that event depend on
 * @param identity who did it
 * @param reason why
 */
public record ResetOrigin(String workflowId, String runId, long eventId, Instant time, String seedRunId,
        @Nullable String identity, @Nullable String reason) {
}

package dev.workflow.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * A run as a description shows it.
 *
 * @param workflowId the workflow id
 * @param runId the run
 * @param firstRunId the first run of its chain
 * @param workflowType its type
 * @param taskQueue its task queue
 * @param status its status
 * @param startTime when it was started
 * @param closeTime when it ended
 * @param historyLength how many events it has
 * @param pendingActivities activities that were ordered and have no result yet
 * @param pendingTimers timers that have not fired, only known while the run is open
 * @param pendingChildren children that are open, at most 1,000
 * @param memo its memo
 * @param searchAttributes its search attributes
 * @param parentWorkflowId who started it as a child
 * @param owner the node that holds it in memory
 * @param problem why it does not go on: non-determinism, an unexpected exception, a
 * hogged thread, quarantine
 * @param result the result, when completed
 * @param failure the failure, when it did not complete
 * @param buildId the build of the application that had it last, only known while the run
 * is open
 * @param pinned whether it stays with that build
 * @param currentDetails what its code last said about what it is doing, in Markdown; null
 * when nothing, or when the run is not in this process's memory
 * @param priority 1 (first) to 5 (last)
 * @param fairnessKey with whom it shares the slots of workers, only known while the run
 * is open
 */
public record WorkflowDetails(String workflowId, String runId, String firstRunId, String workflowType, String taskQueue,
        WorkflowStatus status, Instant startTime, @Nullable Instant closeTime, long historyLength,
        List<PendingActivityTask> pendingActivities, List<PendingTimer> pendingTimers,
        List<PendingChild> pendingChildren, Map<String, Json> memo, Map<String, Object> searchAttributes,
        @Nullable String parentWorkflowId, @Nullable String owner, @Nullable String problem, @Nullable Json result,
        @Nullable FailureInfo failure, @Nullable String buildId, boolean pinned, @Nullable String currentDetails,
        int priority, @Nullable String fairnessKey) {

    /** A run without a build. */
    public WorkflowDetails(String workflowId, String runId, String firstRunId, String workflowType, String taskQueue,
            WorkflowStatus status, Instant startTime, @Nullable Instant closeTime, long historyLength,
            List<PendingActivityTask> pendingActivities, List<PendingTimer> pendingTimers,
            List<PendingChild> pendingChildren, Map<String, Json> memo, Map<String, Object> searchAttributes,
            @Nullable String parentWorkflowId, @Nullable String owner, @Nullable String problem, @Nullable Json result,
            @Nullable FailureInfo failure) {
        this(workflowId, runId, firstRunId, workflowType, taskQueue, status, startTime, closeTime, historyLength,
                pendingActivities, pendingTimers, pendingChildren, memo, searchAttributes, parentWorkflowId, owner,
                problem, result, failure, null, false, null, 3, null);
    }

    private static final String PAUSED = "[paused]";

    /** Whether somebody paused it; its problem says who, when and why. */
    public boolean isPaused() {
        return this.problem != null && this.problem.startsWith(PAUSED);
    }

    /**
     * An activity without result.
     *
     * @param activityId its id
     * @param activityType its type
     * @param taskQueue where it runs
     * @param attempt how many attempts have begun
     * @param state RUNNING, SCHEDULED, BACKING_OFF, CANCEL_REQUESTED, PAUSED, or, while
     * the last attempt before a pause runs, PAUSE_REQUESTED
     * @param lastFailure how the last attempt failed
     * @param nextAttemptTime when the next attempt is due
     * @param heartbeatDetails what the last heartbeat said
     */
    public record PendingActivityTask(String activityId, String activityType, String taskQueue, int attempt,
            String state, @Nullable FailureInfo lastFailure, @Nullable Instant nextAttemptTime,
            @Nullable Json heartbeatDetails) {
    }

    /**
     * A child that has not ended.
     *
     * @param workflowId its workflow id
     * @param runId its open run
     * @param workflowType its type
     * @param parentClosePolicy what becomes of it when this run ends first
     * @param startTime when that run was started
     */
    public record PendingChild(String workflowId, String runId, String workflowType,
            ParentClosePolicy parentClosePolicy, Instant startTime) {
    }

    /**
     * A timer that has not fired.
     *
     * @param startedEventId the event that started it
     * @param fireTime when it fires
     */
    public record PendingTimer(long startedEventId, Instant fireTime) {
    }

}

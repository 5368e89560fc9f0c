package dev.workflow.boot.web;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.WorkflowDetails;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** A run as its description shows it. */
record WorkflowView(String workflowId, String runId, String firstRunId, String workflowType, String taskQueue,
        WorkflowStatus status, Instant startTime, @Nullable Instant closeTime, long historyLength,
        @Nullable String parentWorkflowId, Map<String, Json> memo, Map<String, Object> searchAttributes,
        List<PendingActivityView> pendingActivities, List<PendingTimerView> pendingTimers,
        List<PendingChildView> pendingChildren, @Nullable String owner, boolean paused, @Nullable String problem,
        @Nullable Json result, @Nullable FailureView failure, @Nullable String buildId, @Nullable Boolean pinned,
        @Nullable String currentDetails, int priority, @Nullable String fairnessKey) {

    static WorkflowView of(WorkflowDetails details) {
        return new WorkflowView(details.workflowId(), details.runId(), details.firstRunId(), details.workflowType(),
                details.taskQueue(), details.status(), details.startTime(), details.closeTime(),
                details.historyLength(), details.parentWorkflowId(), details.memo(), details.searchAttributes(),
                details.pendingActivities().stream().map(PendingActivityView::of).toList(),
                details.pendingTimers().stream().map(PendingTimerView::of).toList(),
                details.pendingChildren().stream().map(PendingChildView::of).toList(), details.owner(),
                details.isPaused(), details.problem(), details.result(), FailureView.of(details.failure()),
                details.buildId(), (details.buildId() != null || details.pinned()) ? details.pinned() : null,
                details.currentDetails(), details.priority(), details.fairnessKey());
    }

    /** An activity without result. */
    record PendingActivityView(String activityId, String activityType, String taskQueue, int attempt, String state,
            @Nullable FailureView lastFailure, @Nullable Instant nextAttemptTime, @Nullable Json heartbeatDetails) {

        static PendingActivityView of(WorkflowDetails.PendingActivityTask task) {
            return new PendingActivityView(task.activityId(), task.activityType(), task.taskQueue(), task.attempt(),
                    task.state(), FailureView.of(task.lastFailure()), task.nextAttemptTime(), task.heartbeatDetails());
        }

    }

    /** A child that has not ended. */
    record PendingChildView(String workflowId, String runId, String workflowType, ParentClosePolicy parentClosePolicy,
            Instant startTime) {

        static PendingChildView of(WorkflowDetails.PendingChild child) {
            return new PendingChildView(child.workflowId(), child.runId(), child.workflowType(),
                    child.parentClosePolicy(), child.startTime());
        }

    }

    /** A timer that has not fired. */
    record PendingTimerView(long startedEventId, Instant fireTime) {

        static PendingTimerView of(WorkflowDetails.PendingTimer timer) {
            return new PendingTimerView(timer.startedEventId(), timer.fireTime());
        }

    }

}

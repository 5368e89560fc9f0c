package dev.workflow.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.workflow.engine.WorkflowDetails;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.ListedWorkflow;

/** Runs as callers see them. */
final class Descriptions {

    private final PayloadConverter payloads;

    Descriptions(PayloadConverter payloads) {
        this.payloads = payloads;
    }

    WorkflowDescription of(WorkflowDetails run) {
        return new WorkflowDescription(run.workflowId(), run.runId(), run.workflowType(), run.taskQueue(), run.status(),
                run.startTime(), Optional.ofNullable(run.closeTime()), run.historyLength(),
                run.pendingActivities().stream().map(Descriptions::pending).toList(), memo(run.memo()),
                run.searchAttributes(), Optional.ofNullable(run.parentWorkflowId()));
    }

    /** A list does not look for activities. */
    WorkflowDescription of(ListedWorkflow run) {
        return new WorkflowDescription(run.workflowId(), run.runId(), run.workflowType(), run.taskQueue(), run.status(),
                run.startTime(), Optional.ofNullable(run.closeTime()), run.historyLength(), List.of(), memo(run.memo()),
                run.searchAttributes(), Optional.ofNullable(run.parentWorkflowId()));
    }

    private static PendingActivity pending(WorkflowDetails.PendingActivityTask activity) {
        return new PendingActivity(activity.activityId(), activity.activityType(), activity.attempt(),
                Optional.ofNullable(activity.lastFailure()).map(Descriptions::text),
                Optional.ofNullable(activity.nextAttemptTime()),
                activity.state().equals("PAUSED") || activity.state().equals("PAUSE_REQUESTED"));
    }

    /** Only application failures have a type of their own. */
    private static String text(FailureInfo failure) {
        String message = failure.message();
        if (message != null && !message.isBlank()) {
            return message;
        }
        return (failure.type() != null) ? failure.type() : failure.kind().name();
    }

    private Map<String, Object> memo(Map<String, Json> memo) {
        Map<String, Object> values = new LinkedHashMap<>();
        memo.forEach((name, value) -> {
            Object decoded = this.payloads.decode(value, Object.class);
            if (decoded != null) {
                values.put(name, decoded);
            }
        });
        return values;
    }

}

package dev.workflow.client;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run, as it was when it was asked about. Lists give descriptions without pending
 * activities.
 *
 * @param workflowId the workflow id
 * @param runId the run
 * @param workflowType its type
 * @param taskQueue its task queue
 * @param status where it stands
 * @param startTime when it was started
 * @param closeTime when it ended; empty while it is open
 * @param historyLength how many events its history has
 * @param pendingActivities the activities that have no result yet, unmodifiable
 * @param memo its memo, unmodifiable
 * @param searchAttributes its search attributes, unmodifiable
 * @param parentWorkflowId the workflow that started it as its child
 */
public record WorkflowDescription(String workflowId, String runId, String workflowType, String taskQueue,
        WorkflowStatus status, Instant startTime, Optional<Instant> closeTime, long historyLength,
        List<PendingActivity> pendingActivities, Map<String, Object> memo, Map<String, Object> searchAttributes,
        Optional<String> parentWorkflowId) {

    public WorkflowDescription {
        pendingActivities = List.copyOf(pendingActivities);
        memo = Collections.unmodifiableMap(memo);
        searchAttributes = Collections.unmodifiableMap(searchAttributes);
    }

}

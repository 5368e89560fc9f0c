package dev.workflow;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * What a run knows of itself. A snapshot: the same in replay as it was live.
 *
 * @param workflowId the workflow id
 * @param runId this run
 * @param firstRunId the first run of the chain of runs that this one belongs to, through
 * continuing as new, retry or cron
 * @param workflowType the type
 * @param taskQueue the task queue
 * @param attempt which attempt this is, from 1, where the workflow itself is retried
 * @param startTime when this run started
 * @param parent the run that started this one as its child
 * @param continuedFromRunId the run that continued as this one
 * @param cron the cron expression
 * @param historyLength how many events the history has so far
 * @param historySize how many bytes these are, about
 * @param continueAsNewSuggested whether the history has become long enough for
 * {@code Workflows.continueAsNew}: as many events as {@code workflow.history.warn-events}
 * said when the run was started, or 4 MiB
 * @param searchAttributes the search attributes as they are now, unmodifiable
 * @param memo the memo as it is now, unmodifiable
 */
public record WorkflowInfo(String workflowId, String runId, String firstRunId, String workflowType, String taskQueue,
        int attempt, Instant startTime, Optional<WorkflowExecution> parent, Optional<String> continuedFromRunId,
        Optional<String> cron, long historyLength, long historySize, boolean continueAsNewSuggested,
        Map<String, Object> searchAttributes, Map<String, Object> memo) {

    public WorkflowInfo {
        searchAttributes = Collections.unmodifiableMap(searchAttributes);
        memo = Collections.unmodifiableMap(memo);
    }

}

package dev.workflow.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The run was started; always event 1.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param workflowId the workflow id
 * @param runId the run id
 * @param workflowType the type
 * @param taskQueue the task queue
 * @param input the arguments, a JSON array
 * @param firstExecutionRunId the first run of the chain
 * @param continuedExecutionRunId the run that this one continues
 * @param attempt 1, or more when the workflow is retried
 * @param workflowExecutionTimeout how long the chain may take
 * @param workflowRunTimeout how long this run may take
 * @param workflowExecutionExpirationTime when the chain times out
 * @param retryPolicy how the workflow is retried
 * @param cronSchedule its cron expression
 * @param memo the memo
 * @param searchAttributes the search attributes
 * @param parent who started it as a child
 * @param priority 1 (first) to 5 (last)
 * @param fairnessKey the fairness key
 * @param lastCompletionResult the result of the run before, of a recurring workflow
 * @param header propagated context
 * @param identity who started it
 */
public record WorkflowExecutionStarted(long eventId, Instant eventTime, String workflowId, String runId,
        String workflowType, String taskQueue, Json input, String firstExecutionRunId,
        @Nullable String continuedExecutionRunId, int attempt, @Nullable Duration workflowExecutionTimeout,
        @Nullable Duration workflowRunTimeout, @Nullable Instant workflowExecutionExpirationTime,
        @Nullable RetryPolicy retryPolicy, @Nullable String cronSchedule, Map<String, Json> memo,
        Map<String, Object> searchAttributes, @Nullable ParentExecution parent, int priority,
        @Nullable String fairnessKey, @Nullable Json lastCompletionResult, Map<String, String> header,
        @Nullable String identity) implements InputEvent {
}

package dev.workflow.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import dev.workflow.CancellationType;
import dev.workflow.ParentClosePolicy;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * A child workflow was ordered.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param workflowId the child's workflow id
 * @param runId the child's first run, if its start is not refused
 * @param workflowType its type
 * @param taskQueue its task queue; absent: the one that the type declares where it is
 * known, else that of the parent
 * @param input the arguments, a JSON array
 * @param workflowExecutionTimeout how long the chain of its runs may take
 * @param workflowRunTimeout how long one run may take
 * @param retryPolicy how it is retried
 * @param parentClosePolicy what becomes of it when its parent ends first
 * @param cancellationType what its cancellation waits for
 * @param memo its memo
 * @param searchAttributes its search attributes
 * @param header propagated context
 */
public record StartChildWorkflowExecutionInitiated(long eventId, Instant eventTime, String workflowId, String runId,
        String workflowType, @Nullable String taskQueue, Json input, @Nullable Duration workflowExecutionTimeout,
        @Nullable Duration workflowRunTimeout, @Nullable RetryPolicy retryPolicy, ParentClosePolicy parentClosePolicy,
        CancellationType cancellationType, Map<String, Json> memo, Map<String, Object> searchAttributes,
        Map<String, String> header) implements CommandEvent {

    /** The workflow id of a child for which none was chosen: no other can have it. */
    public static String derivedId(String parentRunId, long initiatedEventId) {
        return parentRunId + "_" + initiatedEventId;
    }
}

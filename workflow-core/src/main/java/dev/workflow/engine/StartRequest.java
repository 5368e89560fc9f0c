package dev.workflow.engine;

import java.time.Duration;
import java.util.Map;

import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * A start as the engine takes it.
 *
 * @param workflowType the type
 * @param workflowId the id, or null: one that derives from the request id, else a random
 * one
 * @param taskQueue the queue, or null: the one that the type declares on this node, else
 * the declared one
 * @param input the arguments, a JSON array
 * @param requestId unique for good: repeated, the first start's run is returned
 * @param idReusePolicy what a closed run of the same id means
 * @param idConflictPolicy what an open run of the same id means
 * @param executionTimeout how long the chain of runs may take
 * @param runTimeout how long one run may take
 * @param startDelay how long to wait before it begins
 * @param retryPolicy how the workflow is retried
 * @param cronSchedule a cron expression
 * @param memo the memo
 * @param searchAttributes the search attributes, as JSON types
 * @param priority 1 (first) to 5 (last)
 * @param fairnessKey the fairness key
 * @param signal a signal that is delivered with the start, also to a run that exists
 * already
 * @param header what travels with the start and its signal; what the context propagators
 * capture is added
 * @param declaredTaskQueue the queue that the caller's class or interface names, for a
 * type that is not on this node
 */
public record StartRequest(String workflowType, @Nullable String workflowId, @Nullable String taskQueue, Json input,
        @Nullable String requestId, IdReusePolicy idReusePolicy, IdConflictPolicy idConflictPolicy,
        @Nullable Duration executionTimeout, @Nullable Duration runTimeout, @Nullable Duration startDelay,
        @Nullable RetryPolicy retryPolicy, @Nullable String cronSchedule, Map<String, Json> memo,
        Map<String, Object> searchAttributes, int priority, @Nullable String fairnessKey, @Nullable Signal signal,
        Map<String, String> header, @Nullable String declaredTaskQueue) {

    public StartRequest {
        header = Map.copyOf(header);
    }

    /** A start without a header. */
    public StartRequest(String workflowType, @Nullable String workflowId, @Nullable String taskQueue, Json input,
            @Nullable String requestId, IdReusePolicy idReusePolicy, IdConflictPolicy idConflictPolicy,
            @Nullable Duration executionTimeout, @Nullable Duration runTimeout, @Nullable Duration startDelay,
            @Nullable RetryPolicy retryPolicy, @Nullable String cronSchedule, Map<String, Json> memo,
            Map<String, Object> searchAttributes, int priority, @Nullable String fairnessKey, @Nullable Signal signal) {
        this(workflowType, workflowId, taskQueue, input, requestId, idReusePolicy, idConflictPolicy, executionTimeout,
                runTimeout, startDelay, retryPolicy, cronSchedule, memo, searchAttributes, priority, fairnessKey,
                signal, Map.of(), null);
    }

    /** The same start with another header. */
    public StartRequest withHeader(Map<String, String> other) {
        return new StartRequest(this.workflowType, this.workflowId, this.taskQueue, this.input, this.requestId,
                this.idReusePolicy, this.idConflictPolicy, this.executionTimeout, this.runTimeout, this.startDelay,
                this.retryPolicy, this.cronSchedule, this.memo, this.searchAttributes, this.priority, this.fairnessKey,
                this.signal, other, this.declaredTaskQueue);
    }

    /** The same start, made through a class or interface that names this queue. */
    public StartRequest declaring(@Nullable String queue) {
        return new StartRequest(this.workflowType, this.workflowId, this.taskQueue, this.input, this.requestId,
                this.idReusePolicy, this.idConflictPolicy, this.executionTimeout, this.runTimeout, this.startDelay,
                this.retryPolicy, this.cronSchedule, this.memo, this.searchAttributes, this.priority, this.fairnessKey,
                this.signal, this.header, queue);
    }

    /**
     * A signal.
     *
     * @param name its name
     * @param input the arguments, a JSON array
     */
    public record Signal(String name, Json input) {
    }

}

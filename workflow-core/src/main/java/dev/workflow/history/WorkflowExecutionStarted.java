package dev.workflow.history;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.workflow.payload.FailureInfo;
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
 * @param continuedFailure how the run before failed, where this one is its retry
 * @param firstWorkflowTaskBackoff how long it waits before it begins
 * @param buildId the build that it began on or is pinned to, where that was known at its
 * start
 * @param resets of a run that begins with events of others: where they come from, in the
 * order of their events
 * @param warnEvents from how many events on the run is told to continue as new
 */
public record WorkflowExecutionStarted(long eventId, Instant eventTime, String workflowId, String runId,
        String workflowType, String taskQueue, Json input, String firstExecutionRunId,
        @Nullable String continuedExecutionRunId, int attempt, @Nullable Duration workflowExecutionTimeout,
        @Nullable Duration workflowRunTimeout, @Nullable Instant workflowExecutionExpirationTime,
        @Nullable RetryPolicy retryPolicy, @Nullable String cronSchedule, Map<String, Json> memo,
        Map<String, Object> searchAttributes, @Nullable ParentExecution parent, int priority,
        @Nullable String fairnessKey, @Nullable Json lastCompletionResult, Map<String, String> header,
        @Nullable String identity, @Nullable FailureInfo continuedFailure, @Nullable Duration firstWorkflowTaskBackoff,
        @Nullable String buildId, List<ResetOrigin> resets, @Nullable Integer warnEvents) implements InputEvent {

    /**
     * A start without what the node that starts it knows, of a run that begins with no
     * events of others.
     */
    public WorkflowExecutionStarted(long eventId, Instant eventTime, String workflowId, String runId,
            String workflowType, String taskQueue, Json input, String firstExecutionRunId,
            @Nullable String continuedExecutionRunId, int attempt, @Nullable Duration workflowExecutionTimeout,
            @Nullable Duration workflowRunTimeout, @Nullable Instant workflowExecutionExpirationTime,
            @Nullable RetryPolicy retryPolicy, @Nullable String cronSchedule, Map<String, Json> memo,
            Map<String, Object> searchAttributes, @Nullable ParentExecution parent, int priority,
            @Nullable String fairnessKey, @Nullable Json lastCompletionResult, Map<String, String> header,
            @Nullable String identity, @Nullable FailureInfo continuedFailure,
            @Nullable Duration firstWorkflowTaskBackoff) {
        this(eventId, eventTime, workflowId, runId, workflowType, taskQueue, input, firstExecutionRunId,
                continuedExecutionRunId, attempt, workflowExecutionTimeout, workflowRunTimeout,
                workflowExecutionExpirationTime, retryPolicy, cronSchedule, memo, searchAttributes, parent, priority,
                fairnessKey, lastCompletionResult, header, identity, continuedFailure, firstWorkflowTaskBackoff, null,
                List.of(), null);
    }

    /** The start of a run that begins with no events of others. */
    public WorkflowExecutionStarted(long eventId, Instant eventTime, String workflowId, String runId,
            String workflowType, String taskQueue, Json input, String firstExecutionRunId,
            @Nullable String continuedExecutionRunId, int attempt, @Nullable Duration workflowExecutionTimeout,
            @Nullable Duration workflowRunTimeout, @Nullable Instant workflowExecutionExpirationTime,
            @Nullable RetryPolicy retryPolicy, @Nullable String cronSchedule, Map<String, Json> memo,
            Map<String, Object> searchAttributes, @Nullable ParentExecution parent, int priority,
            @Nullable String fairnessKey, @Nullable Json lastCompletionResult, Map<String, String> header,
            @Nullable String identity, @Nullable FailureInfo continuedFailure,
            @Nullable Duration firstWorkflowTaskBackoff, @Nullable String buildId, @Nullable Integer warnEvents) {
        this(eventId, eventTime, workflowId, runId, workflowType, taskQueue, input, firstExecutionRunId,
                continuedExecutionRunId, attempt, workflowExecutionTimeout, workflowRunTimeout,
                workflowExecutionExpirationTime, retryPolicy, cronSchedule, memo, searchAttributes, parent, priority,
                fairnessKey, lastCompletionResult, header, identity, continuedFailure, firstWorkflowTaskBackoff,
                buildId, List.of(), warnEvents);
    }

    /**
     * The run id that what the code draws at random depends on, once it has seen so many
     * events: a run that begins with another's events has drawn the same as that one.
     */
    public String seedRunId(long lastEventId) {
        for (ResetOrigin reset : this.resets) {
            if (lastEventId < reset.eventId()) {
                return reset.seedRunId();
            }
        }
        return this.runId;
    }

    /**
     * What the time is once an event has happened: that of the event, or of the reset
     * behind it, since what follows there is done anew.
     */
    public Instant timeAfter(long lastEventId, Instant time) {
        Instant after = time;
        for (ResetOrigin reset : this.resets) {
            if (reset.eventId() == lastEventId && reset.time().isAfter(after)) {
                after = reset.time();
            }
        }
        return after;
    }

    /**
     * From when on the time of this run, or of something that it ordered, counts: not
     * before the reset that copied that event.
     */
    public Instant countedFrom(long copiedEventId, Instant time) {
        ResetOrigin last = this.resets.isEmpty() ? null : this.resets.getLast();
        return (last != null && copiedEventId <= last.eventId() && last.time().isAfter(time)) ? last.time() : time;
    }

    /** When its code begins: the time of this event, and what it waits before. */
    public Instant beginTime() {
        return (this.firstWorkflowTaskBackoff != null) ? this.eventTime.plus(this.firstWorkflowTaskBackoff)
                : this.eventTime;
    }

    /**
     * How long to wait before the workflow is tried again in another run after this one
     * has failed; null when it is not tried again: there is no policy, it allows no
     * further attempt or not after this failure, or the execution would be out of time by
     * then.
     */
    public @Nullable Duration backoffAfter(FailureInfo failure, Instant now) {
        if (this.retryPolicy == null || !this.retryPolicy.allowsAttemptAfter(this.attempt)
                || !this.retryPolicy.allowsAttemptAfter(failure)) {
            return null;
        }
        Duration backoff = (failure.nextRetryDelay() != null) ? failure.nextRetryDelay()
                : this.retryPolicy.intervalAfter(this.attempt);
        boolean tooLate = this.workflowExecutionExpirationTime != null
                && !now.plus(backoff).isBefore(this.workflowExecutionExpirationTime);
        return tooLate ? null : backoff;
    }
}

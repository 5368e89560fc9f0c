package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadException;
import org.jspecify.annotations.Nullable;

/**
 * Ends of activities that come from outside of any attempt: by a task token or by their
 * ids. Each is a compare-and-set on the attempt that it is for, so that what is late
 * changes nothing.
 */
final class ActivityCompletions {

    private final WorkflowEngine engine;

    private final RunLookup runs;

    private final OutgoingCalls calls;

    ActivityCompletions(WorkflowEngine engine, RunLookup runs, OutgoingCalls calls) {
        this.engine = engine;
        this.runs = runs;
        this.calls = calls;
    }

    void complete(String taskToken, Json result) {
        this.calls.checkSize(result);
        TaskToken token = TaskToken.verify(taskToken, this.engine.tokenKey());
        EngineStore.ClaimedActivity activity = this.engine.store().activity(token.activity());
        if (activity == null) {
            throw ended();
        }
        checkResult(activity, result);
        end(activity, token.attempt(), ActivityOutcome.completed(token.attempt(), result));
    }

    void fail(String taskToken, FailureInfo failure) {
        TaskToken token = TaskToken.verify(taskToken, this.engine.tokenKey());
        fail(token.activity(), token.attempt(), failure, null);
    }

    void fail(String taskToken, Throwable thrown) {
        TaskToken token = TaskToken.verify(taskToken, this.engine.tokenKey());
        fail(token.activity(), token.attempt(), this.engine.failures().encode(thrown), thrown);
    }

    boolean heartbeat(String taskToken, Json details) {
        this.calls.checkSize(details);
        TaskToken token = TaskToken.verify(taskToken, this.engine.tokenKey());
        EngineStore.ClaimedActivity activity = this.engine.store().activity(token.activity());
        if (activity == null) {
            throw ended();
        }
        return heartbeat(activity, token.attempt(), details);
    }

    boolean heartbeat(String workflowId, String activityId, Json details) {
        this.calls.checkSize(details);
        EngineStore.ClaimedActivity activity = pendingActivity(workflowId, activityId);
        return heartbeat(activity, activity.attempt(), details);
    }

    private boolean heartbeat(EngineStore.ClaimedActivity activity, int attempt, Json details) {
        Duration limit = activity.order().heartbeatTimeout();
        Instant silentAt = (limit != null) ? this.engine.clock().instant().plus(limit) : null;
        return this.engine.store()
            .heartbeat(activity.key(), attempt, this.engine.json().writePayload(details), silentAt)
            .orElseThrow(ActivityCompletions::ended);
    }

    void complete(String workflowId, String activityId, Json result) {
        this.calls.checkSize(result);
        EngineStore.ClaimedActivity activity = pendingActivity(workflowId, activityId);
        checkResult(activity, result);
        end(activity, activity.attempt(), ActivityOutcome.completed(activity.attempt(), result));
    }

    void fail(String workflowId, String activityId, FailureInfo failure) {
        EngineStore.ClaimedActivity activity = pendingActivity(workflowId, activityId);
        fail(activity.key(), activity.attempt(), failure, null);
    }

    void fail(String workflowId, String activityId, Throwable thrown) {
        EngineStore.ClaimedActivity activity = pendingActivity(workflowId, activityId);
        fail(activity.key(), activity.attempt(), this.engine.failures().encode(thrown), thrown);
    }

    /**
     * Refuses what the workflow could not read, where the activity's code is here: once
     * it is recorded, the run would stand still for good.
     */
    void checkResult(EngineStore.ClaimedActivity activity, Json result) {
        String type = activity.order().activityType();
        ActivityDefinition definition = this.engine.types().activity(type);
        if (definition == null || definition.resultType() == void.class) {
            return;
        }
        try {
            this.engine.payloads().decode(result, definition.resultType());
        }
        catch (PayloadException unfit) {
            throw new PayloadException("The result of activity " + type + ": " + unfit.getMessage(), unfit);
        }
    }

    private EngineStore.ClaimedActivity pendingActivity(String workflowId, String activityId) {
        EngineStore.ExecutionRow row = this.runs.open(new WorkflowRef(workflowId, null));
        long order;
        try {
            order = Long.parseLong(activityId);
        }
        catch (NumberFormatException ex) {
            throw new IllegalArgumentException("An activity id is a number, but this is '" + activityId + "'");
        }
        EngineStore.ClaimedActivity activity = this.engine.store()
            .activity(new EngineStore.ActivityKey(row.runId(), order));
        if (activity == null) {
            throw new IllegalArgumentException(
                    "Workflow '" + workflowId + "' has no activity '" + activityId + "' without a result");
        }
        return activity;
    }

    private void fail(EngineStore.ActivityKey key, int attempt, FailureInfo failure, @Nullable Throwable thrown) {
        EngineStore.ClaimedActivity activity = this.engine.store().activity(key);
        if (activity == null || activity.attempt() != attempt) {
            throw ended();
        }
        String state = this.engine.retries()
            .refusal(activity.order(), activity.countedAttempts(), failure, thrown, activity.cancelRequested());
        if (state != null) {
            end(activity, attempt, ActivityOutcome.failed(attempt, failure, state));
            return;
        }
        Instant due = this.engine.clock()
            .instant()
            .plus(Retries.delay(activity.order(), activity.countedAttempts(), failure));
        String text = this.engine.json().write(failure);
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        boolean waits = (transaction != null) ? transaction.retryLater(key, attempt, due, text)
                : this.engine.store().retryLater(key, attempt, null, due, text);
        if (!waits) {
            throw ended();
        }
        onceCommitted(transaction, activity, () -> this.engine.wakeups().pollAt(due));
    }

    /** Until then the caller must not wait for what follows. */
    private static void onceCommitted(EngineStore.@Nullable CallerTransaction transaction,
            EngineStore.ClaimedActivity activity, Runnable action) {
        if (transaction != null) {
            transaction.touch(activity.workflowId());
            transaction.afterCommit(action);
        }
        else {
            action.run();
        }
    }

    private void end(EngineStore.ClaimedActivity activity, int attempt, ActivityOutcome outcome) {
        EngineStore.ActivityKey key = activity.key();
        String payload = this.engine.json().writeOutcome(outcome);
        Instant now = this.engine.clock().instant();
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        EngineStore.Delivered delivered = (transaction != null)
                ? transaction.deliverOutcome(key, attempt, 0, payload, now)
                : this.engine.patiently(() -> this.engine.store().deliverOutcome(key, attempt, 0, payload, now));
        if (delivered == null) {
            throw ended();
        }
        onceCommitted(transaction, activity, () -> this.engine.deliveries().announce(key.runId(), delivered));
    }

    private static InvalidTaskTokenException ended() {
        return new InvalidTaskTokenException(
                "The activity has ended, or has gone on to another attempt: nothing was recorded");
    }

}

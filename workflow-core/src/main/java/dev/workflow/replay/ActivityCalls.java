package dev.workflow.replay;

import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;

import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.Constraints;
import dev.workflow.history.ActivityTaskCancelRequested;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The activities of a run. One is scheduled; then it completes or fails, or its scope is
 * canceled: the code goes on at once, except with {@code WAIT_CANCELLATION_COMPLETED},
 * and what arrives of it later is ignored.
 */
final class ActivityCalls {

    private final Run run;

    private final Map<Long, ActivityCall<?>> pending = new HashMap<>();

    ActivityCalls(Run run) {
        this.run = run;
    }

    /** Orders an activity in the scope of the current thread. */
    <R> RunPromise<R> order(String activityType, Type resultType, ActivityOptions options, Map<String, String> header,
            @Nullable Object... arguments) {
        RunScope scope = this.run.threads().requireCommandable("activity " + activityType).scope();
        RunPromise<R> promise = this.run.promises().open();
        if (scope.isCancelRequested()) {
            FailureInfo canceled = FailureInfo.canceled(scope.effectiveReason());
            promise.failWith(() -> this.run.failures().activity(activityType, "", canceled));
            return promise;
        }
        Constraints.notNull("activityType", activityType);
        CommandKey<ActivityTaskScheduled> key = new CommandKey<>(ActivityTaskScheduled.class, activityType);
        Json input = this.run.encodeArguments(key, ActivityTaskScheduled::input, arguments);
        ActivityOrder order = new ActivityOrder(activityType, input, options, this.run.settings().activityDefaults(),
                header);
        ActivityTaskScheduled event = this.run.log()
            .issue(key, (id, time) -> order.toEvent(id, time, this.run.log().started()));
        ActivityCall<R> call = new ActivityCall<>(event, resultType, scope, promise);
        this.pending.put(event.eventId(), call);
        scope.add(call);
        return promise;
    }

    void completed(long scheduledEventId, Json result) {
        ActivityCall<?> call = this.pending.get(scheduledEventId);
        if (call != null) {
            call.complete(result);
        }
    }

    void failed(long scheduledEventId, FailureInfo failure) {
        ActivityCall<?> call = this.pending.get(scheduledEventId);
        if (call != null) {
            call.fail(failure);
        }
    }

    /** One activity. */
    private final class ActivityCall<R> implements Cancelable {

        private final ActivityTaskScheduled event;

        private final Type resultType;

        private final RunScope scope;

        private final RunPromise<R> promise;

        ActivityCall(ActivityTaskScheduled event, Type resultType, RunScope scope, RunPromise<R> promise) {
            this.event = event;
            this.resultType = resultType;
            this.scope = scope;
            this.promise = promise;
        }

        @SuppressWarnings("unchecked")
        void complete(Json result) {
            end();
            this.promise
                .completeWith(() -> (R) ActivityCalls.this.run.settings().payloads().decode(result, this.resultType));
        }

        void fail(FailureInfo cause) {
            end();
            this.promise.failWith(() -> ActivityCalls.this.run.failures()
                .activity(this.event.activityType(), this.event.activityId(), cause));
        }

        private void end() {
            ActivityCalls.this.pending.remove(this.event.eventId());
            this.scope.remove(this);
        }

        // The recorded type counts: it is what the engine goes by, whatever the code says
        // today.
        @Override
        public void scopeCanceled(@Nullable String reason) {
            if (this.event.cancellationType() == CancellationType.WAIT_CANCELLATION_COMPLETED) {
                this.scope.remove(this);
                requestCancel();
                return;
            }
            end();
            if (this.event.cancellationType() == CancellationType.TRY_CANCEL) {
                requestCancel();
            }
            fail(FailureInfo.canceled(reason));
        }

        private void requestCancel() {
            long id = this.event.eventId();
            ActivityCalls.this.run.log()
                .issue(new CommandKey<>(ActivityTaskCancelRequested.class, CommandKey.event(id)),
                        (eventId, time) -> new ActivityTaskCancelRequested(eventId, time, id));
        }

    }

}

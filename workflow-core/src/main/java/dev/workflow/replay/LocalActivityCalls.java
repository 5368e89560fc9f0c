package dev.workflow.replay;

import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.workflow.ActivityOptions;
import dev.workflow.Constraints;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;

/**
 * The local activities of a run. Their orders are no events, so that they cost none; the
 * code gives them again in each replay, in the same sequence, and their ends are found in
 * the history as markers. What has no marker there is pending: whoever has the run
 * carries it out, and cancellation just forgets it.
 */
final class LocalActivityCalls {

    private final Run run;

    private final Map<String, LocalActivityCall<?>> pending = new LinkedHashMap<>(2);

    private long sequence;

    LocalActivityCalls(Run run) {
        this.run = run;
    }

    /** Orders a local activity in the scope of the current thread. */
    <R> RunPromise<R> order(String activityType, Type resultType, ActivityOptions options, Map<String, String> header,
            @Nullable Object... arguments) {
        RunScope scope = this.run.threads().requireCommandable("local activity " + activityType).scope();
        RunPromise<R> promise = this.run.promises().open();
        if (scope.isCancelRequested()) {
            FailureInfo canceled = FailureInfo.canceled(scope.effectiveReason());
            promise.failWith(() -> this.run.failures().activity(activityType, "", canceled));
            return promise;
        }
        Constraints.notNull("activityType", activityType);
        // By its number: those before it that were not refused have left no event.
        Json input = this.run.encode(() -> "local activity " + (this.sequence + 1) + " " + activityType,
                (payloads) -> payloads.encodeArguments(arguments));
        this.sequence++;
        ActivityTaskScheduled order = new ActivityOrder(activityType, input, options,
                this.run.settings().activityDefaults(), header)
            .toEvent(this.sequence, "local-" + this.sequence, orderTime(), this.run.log().started());
        LocalActivityCall<R> call = new LocalActivityCall<>(order, resultType, scope, promise);
        this.pending.put(order.activityId(), call);
        scope.add(call);
        return promise;
    }

    /** Its time-outs count from a reset that found it pending. */
    private Instant orderTime() {
        CommandLog log = this.run.log();
        return log.started().countedFrom(log.lastEventId(), log.now());
    }

    /** What an attempt came to. */
    void recorded(LocalActivityMarkerRecorded marker) {
        LocalActivityCall<?> call = this.pending.get(marker.activityId());
        if (call == null || !call.order.activityType().equals(marker.activityType())) {
            throw this.run.log()
                .divergence("WF-ND04", marker.eventId(),
                        "the end of local activity " + marker.activityType() + " (" + marker.activityId() + ")",
                        (call != null) ? "local activity " + call.order.activityType() : "no such local activity");
        }
        FailureInfo failure = marker.failure();
        if (failure == null) {
            Json result = marker.result();
            call.complete((result != null) ? result : Json.NULL);
        }
        else if (marker.nextAttemptTime() == null) {
            call.fail(failure);
        }
    }

    /** What has not ended yet, in the order of the calls. */
    Collection<ActivityTaskScheduled> pending() {
        return this.pending.isEmpty() ? Collections.emptyList()
                : this.pending.values().stream().map((call) -> call.order).toList();
    }

    boolean isPending(String activityId) {
        return this.pending.containsKey(activityId);
    }

    void clear() {
        this.pending.clear();
    }

    /** One local activity. */
    private final class LocalActivityCall<R> implements Cancelable {

        private final ActivityTaskScheduled order;

        private final Type resultType;

        private final RunScope scope;

        private final RunPromise<R> promise;

        LocalActivityCall(ActivityTaskScheduled order, Type resultType, RunScope scope, RunPromise<R> promise) {
            this.order = order;
            this.resultType = resultType;
            this.scope = scope;
            this.promise = promise;
        }

        @SuppressWarnings("unchecked")
        void complete(Json result) {
            end();
            this.promise.completeWith(
                    () -> (R) LocalActivityCalls.this.run.settings().payloads().decode(result, this.resultType));
        }

        void fail(FailureInfo cause) {
            end();
            this.promise.failWith(() -> LocalActivityCalls.this.run.failures()
                .activity(this.order.activityType(), this.order.activityId(), cause));
        }

        private void end() {
            LocalActivityCalls.this.pending.remove(this.order.activityId());
            this.scope.remove(this);
        }

        @Override
        public void scopeCanceled(@Nullable String reason) {
            fail(FailureInfo.canceled(reason));
        }

    }

}

package dev.workflow.replay;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import dev.workflow.Constraints;
import dev.workflow.history.TimerCanceled;
import dev.workflow.history.TimerStarted;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a run. A timer is started; then it fires, or it is canceled with its
 * scope or because nobody waits for it any more. A firing that arrives after a
 * cancellation is ignored.
 */
final class Timers {

    private final Run run;

    private final Map<Long, Timer> pending = new HashMap<>();

    Timers(Run run) {
        this.run = run;
    }

    /** Starts a timer for user code, in the scope of the current thread. */
    RunPromise<Void> start(Duration duration) {
        RunScope scope = this.run.threads().requireCommandable("timer").scope();
        RunPromise<Void> promise = this.run.promises().open();
        if (scope.isCancelRequested()) {
            promise.failWith(() -> this.run.failures().canceled(scope.effectiveReason()));
        }
        else if (requireNotNegative(duration).isZero()) {
            promise.completeWith(() -> null);
        }
        else {
            begin(duration, scope, promise);
        }
        return promise;
    }

    /** Starts a timer in a scope that is not canceled. */
    Timer begin(Duration duration, RunScope scope) {
        return begin(duration, scope, this.run.promises().open());
    }

    private Timer begin(Duration duration, RunScope scope, RunPromise<Void> promise) {
        // No run lives that long, and it can be added to any time.
        Duration bounded = (duration.compareTo(Constraints.MAX_DURATION) < 0) ? duration : Constraints.MAX_DURATION;
        TimerStarted event = this.run.log()
            .issue(new CommandKey<>(TimerStarted.class, ""), (id, time) -> new TimerStarted(id, time, bounded));
        Timer timer = new Timer(event.eventId(), scope, promise);
        this.pending.put(event.eventId(), timer);
        scope.add(timer);
        return timer;
    }

    void fired(long startedEventId) {
        Timer timer = this.pending.get(startedEventId);
        if (timer != null) {
            timer.end();
            timer.promise.completeWith(() -> null);
        }
    }

    static Duration requireNotNegative(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("A duration to wait for is zero or more, not " + duration);
        }
        return duration;
    }

    /** One timer. */
    final class Timer implements Cancelable {

        private final long startedEventId;

        private final RunScope scope;

        private final RunPromise<Void> promise;

        private Timer(long startedEventId, RunScope scope, RunPromise<Void> promise) {
            this.startedEventId = startedEventId;
            this.scope = scope;
            this.promise = promise;
        }

        RunPromise<Void> promise() {
            return this.promise;
        }

        /** Whether it fired or was canceled. */
        boolean isOver() {
            return !Timers.this.pending.containsKey(this.startedEventId);
        }

        private void end() {
            Timers.this.pending.remove(this.startedEventId);
            this.scope.remove(this);
        }

        void cancel() {
            if (!isOver()) {
                end();
                Timers.this.run.log()
                    .issue(new CommandKey<>(TimerCanceled.class, CommandKey.event(this.startedEventId)),
                            (id, time) -> new TimerCanceled(id, time, this.startedEventId));
            }
        }

        @Override
        public void scopeCanceled(@Nullable String reason) {
            cancel();
            this.promise.failWith(() -> Timers.this.run.failures().canceled(reason));
        }

    }

}

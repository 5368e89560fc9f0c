package dev.workflow.replay;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Waiting for a condition or a promise, with or without a limit. A wait ends when its
 * scope is canceled. One with a limit starts a timer only if it has to wait, and cancels
 * it when it need not wait any longer.
 */
final class Awaits {

    private static final String CONDITION = "in the condition of an await";

    private final Run run;

    Awaits(Run run) {
        this.run = run;
    }

    void await(BooleanSupplier condition) {
        RunScope scope = beginWait("await");
        if (!isTrue(condition)) {
            this.run.threads().awaitCondition(() -> scope.isCancelRequested() || condition.getAsBoolean());
            scope.throwIfCanceled();
        }
    }

    /** Waits at most so long; returns whether the condition is true. */
    boolean await(Duration timeout, BooleanSupplier condition) {
        RunScope scope = beginWait("await");
        if (isTrue(condition)) {
            return true;
        }
        if (Timers.requireNotNegative(timeout).isZero()) {
            return false;
        }
        Timers.Timer timer = begin(timeout, scope);
        try {
            this.run.threads().awaitCondition(() -> timer.isOver() || condition.getAsBoolean());
        }
        catch (RuntimeException ofCondition) {
            timer.cancel();
            throw ofCondition;
        }
        scope.throwIfCanceled();
        boolean satisfied = isTrue(condition);
        timer.cancel();
        return satisfied;
    }

    /** Waits at most so long; returns whether the promise is complete. */
    boolean await(Duration timeout, RunPromise<?> promise) {
        RunScope scope = beginWait("Promise.get of what is not complete");
        if (Timers.requireNotNegative(timeout).isZero()) {
            return false;
        }
        Timers.Timer timer = begin(timeout, scope);
        RunPromise<Void> either = this.run.promises().open();
        Runnable first = () -> either.completeWith(() -> null);
        promise.whenCompleted(first);
        timer.promise().whenCompleted(first);
        either.get();
        promise.forget(first);
        if (promise.isCompleted()) {
            timer.cancel();
            return true;
        }
        timer.promise().get();
        return false;
    }

    private RunScope beginWait(String what) {
        RunScope scope = this.run.threads().requireBlockable(what).scope();
        scope.throwIfCanceled();
        return scope;
    }

    private Timers.Timer begin(Duration timeout, RunScope scope) {
        this.run.threads().requireCommandable("a wait with a timeout");
        return this.run.timers().begin(timeout, scope);
    }

    private boolean isTrue(BooleanSupplier condition) {
        return this.run.threads().readOnly(CONDITION, condition::getAsBoolean);
    }

}

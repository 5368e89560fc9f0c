package dev.workflow.replay;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.workflow.Workflows;

/**
 * Waiting for a condition or a promise, with or without a limit. A wait ends when its
 * scope is canceled. One with a limit starts a timer only if it has to wait, and cancels
 * it when it need not wait any longer.
 */
final class Awaits {

    /**
     * Histories without this marker are of a time when a canceled scope ended what need
     * not have waited, too.
     */
    private static final String AVAILABLE = "__no-wait-no-cancellation";

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

    /** As await, but what is true is no wait, which a canceled scope could end. */
    void awaitAvailable(BooleanSupplier condition) {
        if (!isAvailableThoughCanceled(condition)) {
            await(condition);
        }
    }

    /** The same, at most so long. */
    boolean awaitAvailable(Duration timeout, BooleanSupplier condition) {
        return isAvailableThoughCanceled(condition) || await(timeout, condition);
    }

    private boolean isAvailableThoughCanceled(BooleanSupplier condition) {
        RunScope scope = this.run.threads().requireBlockable("await").scope();
        return scope.isCancelRequested() && isTrue(condition)
                && this.run.markers().version(AVAILABLE, Workflows.DEFAULT_VERSION, 1) == 1;
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

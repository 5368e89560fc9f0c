package dev.workflow;

import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/**
 * What is canceled together: the timers, activities and waits that were begun in it, and
 * the scopes inside it. The root scope of a run is canceled when the run's cancellation
 * is requested. What is begun in a scope that is canceled already fails at once with a
 * {@code CanceledFailure}; {@link Workflows#detachedScope} is for cleaning up then.
 */
public interface CancellationScope {

    /**
     * Runs the body in this scope, on the calling thread; what it throws is thrown,
     * checked exceptions, too.
     */
    void run(Action body);

    /** Runs the body in this scope, on another workflow thread. */
    <T> Promise<T> async(Callable<T> body);

    /** As {@link #cancel(String)}, without a reason. */
    void cancel();

    /**
     * Cancels everything that was begun in this scope, in the order in which it was
     * begun; what an inner scope has, all together, where the first of it was begun.
     */
    void cancel(@Nullable String reason);

    /**
     * Whether this scope, or one around it that it is not detached from, was canceled.
     */
    boolean isCancelRequested();

    /** The scope of the current workflow thread. */
    static CancellationScope current() {
        return WorkflowContext.current().currentScope();
    }

}

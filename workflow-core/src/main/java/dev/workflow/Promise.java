package dev.workflow;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A value that workflow code will have later. Belongs to its run: on any thread that is
 * not a workflow thread of that run its methods throw {@link IllegalStateException}.
 * <p>
 * The functions given to {@code thenApply} and its like run on workflow threads of their
 * own, in a fixed order, after the promise has completed, never inside the call that
 * registers them. A {@code WorkflowException} that one throws is the failure of the
 * promise that was derived, and so does a type in {@link Workflow#failOn()}; any other
 * exception fails the workflow task.
 *
 * @param <T> the type of the value
 */
public interface Promise<T> {

    /**
     * Waits for the value, or throws the failure itself. The current scope's cancellation
     * does not end this wait; it ends what is waited for, where that was begun in the
     * scope.
     */
    T get();

    /**
     * As {@link #get()}, for at most so long.
     * @param timeout how long; zero only looks
     * @throws dev.workflow.failure.TimeoutFailure when the time is over first; nothing is
     * canceled by that
     * @throws dev.workflow.failure.CanceledFailure when the current scope is or becomes
     * canceled first
     */
    T get(Duration timeout);

    /** Whether the value or a failure is there. */
    boolean isCompleted();

    /** The value, changed; a failure stays as it is. */
    <U> Promise<U> thenApply(Function<? super T, ? extends U> function);

    /** The promise that the function makes of the value; a failure stays as it is. */
    <U> Promise<U> thenCompose(Function<? super T, Promise<U>> function);

    /** What the function makes of the value or of the failure; the other one is null. */
    <U> Promise<U> handle(BiFunction<? super @Nullable T, @Nullable RuntimeException, ? extends U> function);

    /** The value, or what the function makes of the failure. */
    Promise<T> exceptionally(Function<RuntimeException, ? extends T> function);

    /** Completes when all have, or fails with the first that fails. */
    static Promise<Void> allOf(Promise<?>... promises) {
        return WorkflowContext.current().allOf(List.of(promises));
    }

    /** All values, in the order of the promises; fails with the first that fails. */
    static <T> Promise<List<T>> allOf(Collection<Promise<T>> promises) {
        return WorkflowContext.current().allOf(promises);
    }

    /**
     * The first that completes, with a value or a failure.
     * @throws IllegalArgumentException when there is none to wait for
     */
    static Promise<Object> anyOf(Promise<?>... promises) {
        return WorkflowContext.current().anyOf(List.of(promises));
    }

    /** As {@link #anyOf(Promise...)}. */
    static <T> Promise<T> anyOf(Collection<Promise<T>> promises) {
        return WorkflowContext.current().anyOf(promises);
    }

}

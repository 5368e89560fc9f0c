package dev.workflow;

import org.jspecify.annotations.Nullable;

/**
 * A promise that the code itself completes, once.
 *
 * @param <T> the type of the value
 */
public interface CompletablePromise<T> extends Promise<T> {

    /** Gives it its value; returns whether it had neither value nor failure before. */
    boolean complete(@Nullable T value);

    /** Gives it a failure; returns whether it had neither value nor failure before. */
    boolean completeExceptionally(RuntimeException failure);

}

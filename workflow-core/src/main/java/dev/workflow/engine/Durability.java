package dev.workflow.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Waits until what a caller asked for is durable, or is known not to be.
 */
final class Durability {

    private static final Duration ACKNOWLEDGE = Duration.ofSeconds(30);

    private Durability() {
    }

    static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.get(ACKNOWLEDGE.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (TimeoutException ex) {
            throw new EngineStoppedException("Not durable after " + ACKNOWLEDGE
                    + "; whether it will be is not known. Repeat it with the same request id.");
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(ex.getCause());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new EngineStoppedException("Interrupted; whether it will be durable is not known");
        }
    }

}

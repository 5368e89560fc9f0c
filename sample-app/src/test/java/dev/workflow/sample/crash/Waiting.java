package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Waits for what other processes do: of that nobody is told, so that only looking again
 * and again can say.
 */
final class Waiting {

    private static final long PAUSE_MILLIS = 20;

    private Waiting() {
    }

    /**
     * What is waited for.
     *
     * @param <X> what looking can lead to
     */
    @FunctionalInterface
    interface Condition<X extends Exception> {

        boolean isMet() throws X;

    }

    /** Waits until the condition is met; returns whether it was in that time. */
    static <X extends Exception> boolean within(Duration patience, Condition<X> condition)
            throws X, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.isMet()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }

    /**
     * Waits until the condition is met.
     * @param otherwise says what is wrong when that takes too long
     */
    static <X extends Exception> void until(Duration patience, Condition<X> condition, Supplier<String> otherwise)
            throws X, InterruptedException {
        if (!within(patience, condition)) {
            throw new AssertionError(otherwise.get());
        }
    }

}

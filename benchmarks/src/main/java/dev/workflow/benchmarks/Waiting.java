package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits. */
final class Waiting {

    private Waiting() {
    }

    /** Asks again and again, for so long at most. */
    static void until(String what, Duration limit, Duration pause, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > limit.toNanos()) {
                throw new IllegalStateException("After " + limit + " it is still not true that " + what);
            }
            pause(pause);
        }
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", ex);
        }
    }

}

package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Begins workflows at a constant pace, whether or not earlier ones have ended. Their
 * latency counts from when they should have begun.
 */
final class Pace {

    private static final int MOST_IN_FLIGHT = 20_000;

    private final long interval;

    private final Mixture mixture;

    private final Semaphore free = new Semaphore(MOST_IN_FLIGHT);

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Pace(double perSecond, Mixture mixture) {
        this.interval = (long) (1e9 / perSecond);
        this.mixture = mixture;
    }

    void keep(Duration duration) {
        long begin = System.nanoTime();
        keepWhile(() -> System.nanoTime() - begin < duration.toNanos());
    }

    void keepWhile(BooleanSupplier goesOn) {
        for (long due = System.nanoTime(); goesOn.getAsBoolean(); due += this.interval) {
            long early = due - System.nanoTime();
            while (early > 0) {
                LockSupport.parkNanos(early);
                early = due - System.nanoTime();
            }
            begin(due);
        }
    }

    private void begin(long due) {
        requireHealth();
        if (!this.free.tryAcquire()) {
            throw new IllegalStateException(MOST_IN_FLIGHT + " workflows are in flight: the pace cannot be kept");
        }
        Thread.ofVirtual().start(() -> {
            try {
                this.mixture.runNext(due);
            }
            catch (RuntimeException | Error ex) {
                this.failure.compareAndSet(null, ex);
            }
            finally {
                this.free.release();
            }
        });
    }

    /** Waits for those that are in flight. */
    void join() {
        this.free.acquireUninterruptibly(MOST_IN_FLIGHT);
        this.free.release(MOST_IN_FLIGHT);
        requireHealth();
    }

    private void requireHealth() {
        Throwable thrown = this.failure.get();
        if (thrown != null) {
            throw new IllegalStateException("A workflow failed: " + thrown, thrown);
        }
    }

}

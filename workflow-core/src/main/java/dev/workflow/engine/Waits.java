package dev.workflow.engine;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The waits of callers, each with a limit that is hardly ever reached. A virtual thread
 * that parks for a time wakes a thread of the JDK's timers twice, which costs more than
 * what it waits for. Here threads park without a time; one thread looks at all who wait,
 * and ends the waits that take too long. It does nothing else, not even write to the log,
 * so that nothing keeps it from that.
 */
final class Waits {

    /** How long lies between two looks. */
    private static final Duration LOOK = Duration.ofMillis(500);

    /** How long something may take to become durable. */
    private static final Duration ACKNOWLEDGE = Duration.ofSeconds(30);

    /** A limit below this is kept exactly; others may be exceeded until the next look. */
    private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Set<Wait> waiting = ConcurrentHashMap.newKeySet();

    private final LongSupplier nanoTime;

    private final CountDownLatch ended = new CountDownLatch(1);

    private final EngineThread thread = new EngineThread("workflow-waits", this::run, this.ended::countDown);

    private volatile boolean watched;

    Waits() {
        this(System::nanoTime);
    }

    Waits(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void start() {
        this.watched = true;
        this.thread.start();
    }

    /** Whoever still waits is told that the engine has stopped. */
    void stop() {
        this.watched = false;
        this.thread.end();
        this.waiting.forEach(Wait::stopped);
    }

    private void run() {
        try {
            while (!this.ended.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        finally {
            stop();
        }
    }

    /** Ends the waits whose limit has passed. */
    void look() {
        long now = this.nanoTime.getAsLong();
        for (Wait wait : this.waiting) {
            if (now - wait.sinceNanos() >= wait.limitNanos()) {
                wait.future().completeExceptionally(new TimeoutException());
            }
        }
    }

    /**
     * Waits as {@link CompletableFuture#get(long, TimeUnit)} does; exactly so long where
     * the limit is below two seconds, or where the engine does not run.
     * @throws TimeoutException after the limit; the future is left as it is
     */
    <T extends @Nullable Object> T get(CompletableFuture<T> future, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        long limitNanos = TimeUnit.NANOSECONDS.convert(limit);
        if (future.isDone()) {
            return future.get();
        }
        if (limitNanos < SHORT_NANOS || !this.watched) {
            return future.get(limitNanos, TimeUnit.NANOSECONDS);
        }
        CompletableFuture<T> mine = future.copy();
        Wait wait = new Wait(mine, this.nanoTime.getAsLong(), limitNanos);
        this.waiting.add(wait);
        try {
            if (!this.watched) {
                wait.stopped();
            }
            return mine.get();
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof TimeoutException timeout) {
                throw timeout;
            }
            throw ex;
        }
        finally {
            this.waiting.remove(wait);
        }
    }

    /**
     * Waits until what a caller asked for is durable, or is known not to be.
     * @throws NotDurableException when that is not known in time
     */
    <T extends @Nullable Object> T durable(CompletableFuture<T> future) {
        try {
            return get(future, ACKNOWLEDGE);
        }
        catch (TimeoutException ex) {
            throw new NotDurableException(ACKNOWLEDGE);
        }
        catch (ExecutionException ex) {
            throw failure(ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new EngineStoppedException("Interrupted; whether it will be durable is not known");
        }
    }

    /** What is thrown where what was waited for has failed. */
    static RuntimeException failure(ExecutionException ex) {
        return (ex.getCause() instanceof RuntimeException failure) ? failure : new IllegalStateException(ex.getCause());
    }

    /** How many wait. */
    int size() {
        return this.waiting.size();
    }

    /** One who waits: for a copy, so that its end changes nothing for others. */
    private record Wait(CompletableFuture<?> future, long sinceNanos, long limitNanos) {

        void stopped() {
            this.future.completeExceptionally(new EngineStoppedException(
                    "The engine has stopped; what became of this is not known here. A start or signal may be "
                            + "repeated with the same request id."));
        }

    }

}

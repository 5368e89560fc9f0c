package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Bounds something in time. */
final class TimeLimit {

    private static final Duration GRACE = Duration.ofSeconds(60);

    private TimeLimit() {
    }

    /**
     * Calls it on a thread of its own; when the time is over, that thread is interrupted.
     * @throws TrialFailedException if it threw, or took too long
     */
    static <T> T call(String name, Duration limit, Supplier<T> supplier) throws TrialFailedException {
        FutureTask<T> task = new FutureTask<>(supplier::get);
        Thread thread = Thread.ofPlatform().name(name).daemon(true).start(task);
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (ExecutionException ex) {
            Throwable cause = ex.getCause();
            throw new TrialFailedException((cause != null) ? cause : ex);
        }
        catch (TimeoutException ex) {
            thread.interrupt();
            join(thread);
            throw new TrialFailedException(new TimeoutException("It took longer than " + limit));
        }
        catch (InterruptedException ex) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new TrialFailedException(ex);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(GRACE);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

}

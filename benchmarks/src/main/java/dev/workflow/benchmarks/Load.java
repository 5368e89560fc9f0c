package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Callers that each run one workflow after the other. When the time is over they finish
 * what they have begun, so that nothing is half counted.
 */
final class Load {

    private static final Duration LONGEST_LATENCY = Duration.ofMinutes(1);

    private final Contender.Session session;

    private final Payload payloads;

    private final int callers;

    Load(Contender.Session session, Payload payloads, int callers) {
        this.session = session;
        this.payloads = payloads;
        this.callers = callers;
    }

    /**
     * What was done.
     *
     * @param completed how many workflows ended, each with the right result
     * @param elapsed from the first start to the last end
     * @param latency from start to result, in microseconds
     * @param windows how many of them ended in each window
     */
    record Done(long completed, Duration elapsed, Histogram latency, List<Long> windows) {
    }

    Done run(Duration duration, Duration window) {
        int windows = (int) Math.max(1, duration.dividedBy(window));
        AtomicLongArray counts = new AtomicLongArray(windows + 1);
        Recorder latency = new Recorder(LONGEST_LATENCY.toNanos() / 1_000, 3);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        long begin = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < this.callers; i++) {
            threads.add(Thread.ofVirtual().name("caller-" + i).start(() -> {
                try {
                    long now = System.nanoTime();
                    while (now - begin < duration.toNanos() && failure.get() == null) {
                        call();
                        long end = System.nanoTime();
                        latency.recordValue((end - now) / 1_000);
                        counts.incrementAndGet((int) Math.min(windows, (end - begin) / window.toNanos()));
                        now = end;
                    }
                }
                catch (RuntimeException | Error ex) {
                    failure.compareAndSet(null, ex);
                }
            }));
        }
        join(threads);
        Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("A workflow failed: " + thrown, thrown);
        }
        List<Long> ended = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            ended.add(counts.get(i));
        }
        Histogram histogram = latency.getIntervalHistogram();
        return new Done(histogram.getTotalCount(), elapsed, histogram, ended);
    }

    private void call() {
        String payload = this.payloads.next();
        String result = this.session.run(payload);
        if (!payload.equals(result)) {
            throw new IllegalStateException("Expected the result " + payload + ", but got " + result);
        }
    }

    private static void join(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", ex);
        }
    }

}

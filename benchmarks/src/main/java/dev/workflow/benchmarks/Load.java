package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.UnaryOperator;

import org.HdrHistogram.Histogram;

/**
 * Callers that each start a workflow, wait for its result, compare it with what it must
 * be, and begin again: a constant number of workflows in flight.
 */
final class Load {

    private static final int PARTS = 4;

    private static final int MOST_PARTS = 6 * PARTS;

    /** The compiler may take this fraction of one processor. */
    private static final int STEADY = 20;

    private final UnaryOperator<String> workflow;

    private final Payload payloads;

    private final int callers;

    /**
     * A load.
     * @param workflow runs a workflow that returns its payload
     * @param payloads makes payloads
     * @param callers how many are in flight
     */
    Load(UnaryOperator<String> workflow, Payload payloads, int callers) {
        this.workflow = workflow;
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

        double perSecond() {
            return this.completed / (this.elapsed.toNanos() / 1e9);
        }

    }

    /**
     * Runs until the JIT compiler has little left to do: otherwise whoever has more code,
     * or fewer callers to make it hot, would be measured beside it.
     * @param least how long at least, and on as long as it takes, up to six times as long
     * @return how many workflows ended
     */
    long warmUp(Duration least) {
        Duration part = least.dividedBy(PARTS);
        long completed = run(least, least).completed();
        boolean steady = false;
        for (int i = PARTS; i < MOST_PARTS && !steady; i++) {
            Duration before = Cpu.compiler();
            completed += run(part, part).completed();
            steady = Cpu.compiler().minus(before).multipliedBy(STEADY).compareTo(part) < 0;
        }
        return completed;
    }

    Done run(Duration duration, Duration window) {
        int windows = (int) Math.max(1, duration.dividedBy(window));
        AtomicLongArray counts = new AtomicLongArray(windows + 1);
        Latency latency = new Latency();
        Callers threads = new Callers();
        long begin = System.nanoTime();
        for (int i = 0; i < this.callers; i++) {
            threads.start(() -> {
                long now = System.nanoTime();
                while (now - begin < duration.toNanos() && !threads.hasFailed()) {
                    call();
                    long end = System.nanoTime();
                    latency.record(end - now);
                    counts.incrementAndGet((int) Math.min(windows, (end - begin) / window.toNanos()));
                    now = end;
                }
            });
        }
        threads.join();
        Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
        List<Long> ended = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            ended.add(counts.get(i));
        }
        Histogram histogram = latency.take();
        return new Done(histogram.getTotalCount(), elapsed, histogram, ended);
    }

    private void call() {
        String payload = this.payloads.next();
        Check.same(payload, this.workflow.apply(payload));
    }

}

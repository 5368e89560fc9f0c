package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.HdrHistogram.Histogram;

/** Of ten workflows eight have three steps, one waits for a signal, one for a timer. */
final class Mixture {

    private static final Duration SLEEP = Duration.ofSeconds(1);

    private final Session node;

    private final Latency latency = new Latency();

    private final AtomicLong begun = new AtomicLong();

    Mixture(Session node) {
        this.node = node;
    }

    long begun() {
        return this.begun.get();
    }

    /** Of those with three steps, since the last call. */
    Histogram latency() {
        return this.latency.take();
    }

    /** Runs the next one, which should have begun at this time. */
    void runNext(long due) {
        long number = this.begun.incrementAndGet();
        String payload = Payload.of(number);
        switch ((int) (number % 10)) {
            case 0 -> {
                String id = "signaled-" + number;
                this.node.park(id);
                this.node.signal(id, payload);
                Check.same(payload, this.node.result(id));
            }
            case 5 -> this.node.sleep("sleeper-" + number, SLEEP);
            default -> {
                Check.same(payload, this.node.run(payload));
                this.latency.record(System.nanoTime() - due);
            }
        }
    }

}

package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import org.HdrHistogram.Histogram;

/**
 * Sleeps that start at once. A run is as late as its durable result is known later than
 * its timer was due: after the sleep, counted from the time that its code saw when it
 * began to sleep.
 *
 * @param contender whose
 * @param timers how many
 * @param sleep how long each is
 */
record TimerTrial(Contender contender, int timers, Duration sleep) implements Trial {

    @Override
    public Round run(PostgresServer server, Database database) {
        Latency lateness = new Latency();
        try (Session node = this.contender.open(database)) {
            Callers.atOnce(Math.min(this.timers, 100), (i) -> node.step("warm-up-" + i));
            Callers.atOnce(this.timers, (i) -> lateness.record(node.sleep("sleeper-" + i, this.sleep).toNanos()));
        }
        Histogram histogram = lateness.take();
        Check.count("timers that fired", this.timers, histogram.getTotalCount());
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.putAll(Latency.percentiles(histogram));
        return new Round(values);
    }

}

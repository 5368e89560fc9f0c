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

    /** Long enough for all to have begun. */
    private static final Duration REHEARSAL = Duration.ofSeconds(2);

    @Override
    public Round run(PostgresServer server, Database database) {
        Latency lateness = new Latency();
        try (Session node = this.contender.open(database)) {
            Callers.atOnce(this.timers, (i) -> node.sleep("rehearsal-" + i, REHEARSAL));
            Callers.atOnce(this.timers, (i) -> lateness.record(node.sleep("sleeper-" + i, this.sleep).toNanos()));
        }
        Histogram histogram = lateness.take();
        Check.count("timers that fired", this.timers, histogram.getTotalCount());
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.putAll(Latency.percentiles(histogram));
        return new Round(values);
    }

}

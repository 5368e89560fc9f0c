package dev.workflow.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.HdrHistogram.Histogram;

/**
 * Many timers that are due at one instant: when the last result is known.
 *
 * @param contender whose
 * @param alarms how many
 * @param ahead how far away the instant is
 */
record AlarmTrial(Contender contender, int alarms, Duration ahead) implements Trial {

    private static final int STARTERS = 200;

    @Override
    public Round run(PostgresServer server, Database database) {
        Latency lateness = new Latency();
        try (Session node = this.contender.open(database)) {
            Instant instant = Instant.now().plus(this.ahead);
            Callers.inParallel(this.alarms, STARTERS, (i) -> node.startAlarm("alarm-" + i, instant));
            if (Instant.now().isAfter(instant)) {
                throw new IllegalStateException("Starting " + this.alarms + " runs took longer than " + this.ahead);
            }
            Callers.atOnce(this.alarms, (i) -> {
                Check.same("alarm-" + i, node.result("alarm-" + i));
                lateness.record(Duration.between(instant, Instant.now()).toNanos());
            });
        }
        Histogram histogram = lateness.take();
        Check.count("alarms", this.alarms, histogram.getTotalCount());
        return new Round(Map.of(Metric.LAST_ALARM, histogram.getMaxValue() / 1e3, Metric.LATENCY_P50,
                histogram.getValueAtPercentile(50) / 1e3));
    }

}

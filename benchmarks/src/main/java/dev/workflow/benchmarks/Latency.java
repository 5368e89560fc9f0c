package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Durations that many threads record. */
final class Latency {

    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Recorder recorder = new Recorder(LONGEST.toNanos() / 1_000, 3);

    /** Records a duration; a negative one counts as none. */
    void record(long nanos) {
        this.recorder.recordValue(Math.clamp(nanos / 1_000, 0, LONGEST.toNanos() / 1_000));
    }

    /** What was recorded since the last call, in microseconds. */
    Histogram take() {
        return this.recorder.getIntervalHistogram();
    }

    static Map<Metric, Double> percentiles(Histogram microseconds) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.LATENCY_P50, microseconds.getValueAtPercentile(50) / 1e3);
        values.put(Metric.LATENCY_P95, microseconds.getValueAtPercentile(95) / 1e3);
        values.put(Metric.LATENCY_P99, microseconds.getValueAtPercentile(99) / 1e3);
        return values;
    }

}

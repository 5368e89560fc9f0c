package dev.workflow.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * What was measured of an entry in one round.
 *
 * @param values the values
 * @param windows workflows per second in each window of the round, where it has windows
 */
record Round(Map<Metric, Double> values, List<Double> windows) {

    Round(Map<Metric, Double> values) {
        this(values, List.of());
    }

    double value(Metric metric) {
        return this.values.getOrDefault(metric, Double.NaN);
    }

}

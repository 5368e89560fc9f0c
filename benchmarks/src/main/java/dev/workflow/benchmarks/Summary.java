package dev.workflow.benchmarks;

import java.util.Collection;
import java.util.List;

/**
 * Values of several rounds in short.
 *
 * @param median the middle one
 * @param min the least
 * @param max the greatest
 */
record Summary(double median, double min, double max) {

    static Summary of(Collection<Double> values) {
        if (values.isEmpty()) {
            return new Summary(Double.NaN, Double.NaN, Double.NaN);
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = (sorted.size() % 2 == 1) ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Summary(median, sorted.getFirst(), sorted.getLast());
    }

    static Summary of(List<Round> rounds, Metric metric) {
        return of(rounds.stream().map((round) -> round.value(metric)).toList());
    }

}

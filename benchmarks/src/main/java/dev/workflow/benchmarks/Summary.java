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

    private static final Summary NOTHING = new Summary(Double.NaN, Double.NaN, Double.NaN);

    /** Of those that are numbers. */
    static Summary of(Collection<Double> values) {
        List<Double> sorted = values.stream().filter((value) -> !value.isNaN()).sorted().toList();
        if (sorted.isEmpty()) {
            return NOTHING;
        }
        int middle = sorted.size() / 2;
        double median = (sorted.size() % 2 == 1) ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Summary(median, sorted.getFirst(), sorted.getLast());
    }

}

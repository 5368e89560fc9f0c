package dev.workflow.benchmarks;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Measures something a few times. */
final class Samples {

    private static final double HUNDRED = 100;

    private Samples() {
    }

    static double median(int number, IntToDoubleFunction sample) {
        return percentile(50, number, sample);
    }

    /** The least sample that so many percent do not exceed. */
    static double percentile(double percent, int number, IntToDoubleFunction sample) {
        double[] sorted = IntStream.range(0, number).mapToDouble(sample).sorted().toArray();
        return sorted[(int) Math.ceil(percent / HUNDRED * number) - 1];
    }

}

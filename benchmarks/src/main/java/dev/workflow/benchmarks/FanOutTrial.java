package dev.workflow.benchmarks;

import java.util.Map;

/**
 * A run with parallel activities, and one with ten times as many; each a few times, the
 * median counts.
 *
 * @param contender whose
 * @param width how many activities
 */
record FanOutTrial(Contender contender, int width) implements Trial {

    private static final int WARM_UPS = 5;

    private static final int REPETITIONS = 9;

    private static final int WIDER = 10;

    @Override
    public Round run(PostgresServer server, Database database) {
        try (Session node = this.contender.open(database)) {
            for (int i = 0; i < WARM_UPS; i++) {
                millis(node, "warm-up-" + i, this.width);
            }
            millis(node, "wide-warm-up", this.width * WIDER);
            return new Round(Map.of(Metric.NARROW,
                    Samples.median(REPETITIONS, (i) -> millis(node, "narrow-" + i, this.width)), Metric.WIDE,
                    Samples.median(REPETITIONS / 3, (i) -> millis(node, "wide-" + i, this.width * WIDER))));
        }
    }

    private static double millis(Session node, String id, int width) {
        long begin = System.nanoTime();
        long sum = node.fanOut(id, width);
        long end = System.nanoTime();
        Check.count("as the sum of a fan-out", (long) width * (width - 1) / 2, sum);
        return (end - begin) / 1e6;
    }

}

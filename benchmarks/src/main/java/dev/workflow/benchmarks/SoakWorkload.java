package dev.workflow.benchmarks;

import java.util.List;

/** W9. */
final class SoakWorkload implements Workload {

    /**
     * Twice and more would be growth; below that, quarters of one run differ by chance.
     */
    private static final double LATENCY_NOISE = 1.5;

    private static final double NOISE = 1.2;

    @Override
    public String name() {
        return "w9";
    }

    @Override
    public String title() {
        return "soak: 80 % throughput runs, 10 % signals, 10 % timers at 70 % of the maximum";
    }

    @Override
    public Settings adjust(Settings settings) {
        return settings.with(Setting.ROUNDS, 1)
            .with(Setting.LIMIT, settings.duration(Setting.SOAK).multipliedBy(2).toMillis()
                    + settings.duration(Setting.LIMIT).toMillis());
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        return List.of(new Entry(contenders.engine(), new SoakTrial(contenders.engine(), settings)));
    }

    @Override
    public List<Requirement> judge(Results results) {
        String engine = EngineContender.NAME;
        return List.of(
                Requirement.atMost("p99, last quarter / first", results.of(engine, Metric.LATENCY_GROWTH),
                        LATENCY_NOISE),
                Requirement.atMost("heap, end / first quarter", results.of(engine, Metric.HEAP_GROWTH), NOISE),
                Requirement.atMost("dead tuples, last quarter / first", results.of(engine, Metric.DEAD_TUPLES_GROWTH),
                        LATENCY_NOISE),
                Requirement.atMost("hot tables' size, last quarter / first", results.of(engine, Metric.BLOAT_GROWTH),
                        NOISE));
    }

}

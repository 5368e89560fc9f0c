package dev.workflow.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/** Whether a minute of load slows the engine down. */
final class DecayWorkload implements Workload {

    private static final int WINDOWS = 6;

    @Override
    public String name() {
        return "decay";
    }

    @Override
    public String title() {
        return "decay: throughput window by window";
    }

    @Override
    public Settings adjust(Settings settings) {
        long least = WINDOWS * settings.duration(Setting.WINDOW).toMillis();
        return settings.with(Setting.ROUNDS, 1)
            .with(Setting.SECONDS, Math.max(least, settings.duration(Setting.SECONDS).toMillis()));
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        return Stream.of(contenders.engine(), contenders.bare())
            .map((contender) -> new Entry(contender,
                    new LoadTrial(contender, LoadTask.THREE_STEPS, settings.number(Setting.CALLERS), settings)))
            .toList();
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(Requirement.atLeast("last window / first window",
                results.of(EngineContender.NAME, Metric.LAST_TO_FIRST_WINDOW), 0.9));
    }

}

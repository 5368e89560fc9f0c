package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W7. */
final class LongRunWorkload implements Workload {

    @Override
    public String name() {
        return "w7";
    }

    @Override
    public String title() {
        return "long run: one run with many sequential activities, and its replay";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        int steps = settings.number(Setting.STEPS);
        List<Contender> all = new ArrayList<>(List.of(contenders.engine()));
        all.addAll(contenders.dbos());
        return all.stream().map((contender) -> new Entry(contender, new LongRunTrial(contender, steps))).toList();
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(
                Requirement.atMost("second half / first half",
                        results.ratio(EngineContender.NAME, Metric.SECOND_HALF, EngineContender.NAME,
                                Metric.FIRST_HALF),
                        1.1),
                Requirement.atLeast("replayed events/s, reading them included",
                        results.of(EngineContender.NAME, Metric.REPLAY), 100_000));
    }

}

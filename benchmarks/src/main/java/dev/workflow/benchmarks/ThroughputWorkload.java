package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W1. */
final class ThroughputWorkload implements Workload {

    @Override
    public String name() {
        return "w1";
    }

    @Override
    public String title() {
        return "throughput: 3 sequential activities that do nothing, many runs in flight";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        List<Contender> all = new ArrayList<>(List.of(contenders.engine(), contenders.bare()));
        all.addAll(contenders.dbos());
        all.add(contenders.scheduler());
        return all.stream()
            .map((contender) -> new Entry(contender,
                    new LoadTrial(contender, LoadTask.THREE_STEPS, settings.number(Setting.CALLERS), settings)))
            .toList();
    }

    @Override
    public List<Requirement> judge(Results results) {
        Metric metric = Metric.WORKFLOWS_PER_SECOND;
        return List.of(
                Requirement.atLeast("workflows/s, engine / DBOS",
                        results.ratio(EngineContender.NAME, results.betterDbos(metric), metric), 5),
                Requirement.atLeast("workflows/s, engine / bare path",
                        results.ratio(EngineContender.NAME, BarePath.NAME, metric), 0.4));
    }

}

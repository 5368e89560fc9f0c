package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W2. */
final class LatencyWorkload implements Workload {

    @Override
    public String name() {
        return "w2";
    }

    @Override
    public String title() {
        return "latency: 1 activity, one caller, from start to result";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        List<Contender> all = new ArrayList<>(List.of(contenders.engine()));
        all.addAll(contenders.dbos());
        all.add(contenders.scheduler());
        return all.stream()
            .map((contender) -> new Entry(contender, new LoadTrial(contender, LoadTask.ONE_STEP, 1, settings)))
            .toList();
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(Requirement.atMost("p50, engine / DBOS",
                results.ratio(EngineContender.NAME, results.betterDbos(Metric.LATENCY_P50), Metric.LATENCY_P50), 0.6),
                Requirement.atMost("p99, engine / DBOS",
                        results.ratio(EngineContender.NAME, results.betterDbos(Metric.LATENCY_P99), Metric.LATENCY_P99),
                        1));
    }

}

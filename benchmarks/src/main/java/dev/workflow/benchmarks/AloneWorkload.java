package dev.workflow.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/** What a workflow costs with nothing beside it. */
final class AloneWorkload implements Workload {

    private static final double MOST_COMMITS = 4;

    private static final double HEARTBEATS = 0.1;

    @Override
    public String name() {
        return "alone";
    }

    @Override
    public String title() {
        return "cost: 3 sequential activities that do nothing, one run at a time";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        return Stream.of(contenders.engine(), contenders.bare())
            .map((contender) -> new Entry(contender, new LoadTrial(contender, LoadTask.THREE_STEPS, 1, settings)))
            .toList();
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(
                Requirement.atMost("commits per workflow",
                        results.of(EngineContender.NAME, Metric.COMMITS_PER_WORKFLOW), MOST_COMMITS),
                Requirement.atMost("writing transactions per workflow, heartbeats included",
                        results.of(EngineContender.NAME, Metric.WRITES_PER_WORKFLOW), MOST_COMMITS + HEARTBEATS));
    }

}

package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W1b. */
final class ThroughputInACrowdWorkload implements Workload {

    private static final String FEW = EngineContender.NAME + ", few in flight";

    private static final String CROWD = EngineContender.NAME + ", a crowd";

    private static final String TWO_NODES = EngineContender.NAME + ", a crowd, 2 nodes";

    /** What two runs of the same differ by on a quiet machine. */
    private static final double NOISE = 0.03;

    @Override
    public String name() {
        return "w1b";
    }

    @Override
    public String title() {
        return "throughput, ten times as many runs in flight; one node and two in one JVM";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        int crowd = settings.number(Setting.CROWD);
        EngineContender engine = contenders.engine();
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(FEW, engine,
                new LoadTrial(engine, LoadTask.THREE_STEPS, settings.number(Setting.CALLERS), settings)));
        entries.add(new Entry(CROWD, engine, new LoadTrial(engine, LoadTask.THREE_STEPS, crowd, settings)));
        entries.add(new Entry(TWO_NODES, engine, new LoadTrial(engine, LoadTask.THREE_STEPS, 2, crowd, settings)));
        contenders.dbos()
            .forEach(
                    (dbos) -> entries.add(new Entry(dbos, new LoadTrial(dbos, LoadTask.THREE_STEPS, crowd, settings))));
        return entries;
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(
                Requirement.atLeast("workflows/s, crowd / few", results.ratio(CROWD, FEW, Metric.WORKFLOWS_PER_SECOND),
                        1 - NOISE),
                Requirement.atLeast("workflows/s, 2 nodes / 1 node",
                        results.ratio(TWO_NODES, CROWD, Metric.WORKFLOWS_PER_SECOND), 1 - NOISE));
    }

}

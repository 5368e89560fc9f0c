package dev.workflow.benchmarks;

import java.util.List;

/** What the deletion of old runs costs those that run. */
final class RetentionWorkload implements Workload {

    private static final String KEEPS = EngineContender.NAME + ", keeps all";

    private static final String DELETES = EngineContender.NAME + ", deletes";

    /** By how much no more it may be felt. */
    private static final double FELT = 0.05;

    private static final double LATENCY_NOISE = 1.25;

    @Override
    public String name() {
        return "retention";
    }

    @Override
    public String title() {
        return "throughput while runs are deleted that ended long ago";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        EngineContender deletes = new EngineContender("workflow.retention=365d");
        return List.of(new Entry(KEEPS, contenders.engine(), new RetentionTrial(contenders.engine(), false, settings)),
                new Entry(DELETES, deletes, new RetentionTrial(deletes, true, settings)));
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(
                Requirement.atLeast("workflows/s, deleting / keeping",
                        results.ratio(DELETES, KEEPS, Metric.WORKFLOWS_PER_SECOND), 1 - FELT),
                Requirement.atMost("p99, deleting / keeping", results.ratio(DELETES, KEEPS, Metric.LATENCY_P99),
                        LATENCY_NOISE));
    }

}

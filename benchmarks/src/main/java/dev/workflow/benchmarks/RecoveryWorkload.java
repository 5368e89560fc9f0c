package dev.workflow.benchmarks;

import java.util.List;

import dev.workflow.engine.EngineSettings;

/** W8. */
final class RecoveryWorkload implements Workload {

    private static final double GRACE_SECONDS = 2;

    @Override
    public String name() {
        return "w8";
    }

    @Override
    public String title() {
        return "recovery: kill -9 of one of two nodes (each a JVM) with open runs";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        return List.of(new Entry(contenders.engine(),
                new RecoveryTrial(settings.number(Setting.OPEN), settings.duration(Setting.WARMUP))));
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(Requirement.atMost("until all go on, s", results.of(EngineContender.NAME, Metric.RECOVERY),
                EngineSettings.defaults().lease().toSeconds() + GRACE_SECONDS));
    }

}

package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W3. */
final class SignalWorkload implements Workload {

    private static final String SECOND_NODE = EngineContender.NAME + ", through a second node";

    @Override
    public String name() {
        return "w3";
    }

    @Override
    public String title() {
        return "signals: to a waiting run, one caller, from send to result";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        EngineContender engine = contenders.engine();
        int signals = settings.number(Setting.SIGNALS);
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(engine, new SignalTrial(engine, 1, signals)));
        entries.add(new Entry(SECOND_NODE, engine, new SignalTrial(engine, 2, signals)));
        contenders.dbos().forEach((dbos) -> entries.add(new Entry(dbos, new SignalTrial(dbos, 1, signals))));
        return entries;
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(Requirement.atMost("p50, engine / DBOS",
                results.ratio(EngineContender.NAME, results.betterDbos(Metric.LATENCY_P50), Metric.LATENCY_P50), 0.4),
                Requirement.atMost("p99 through a second node, ms", results.of(SECOND_NODE, Metric.LATENCY_P99), 50));
    }

}

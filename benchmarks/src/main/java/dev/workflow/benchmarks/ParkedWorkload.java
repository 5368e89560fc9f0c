package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W5. */
final class ParkedWorkload implements Workload {

    /**
     * DBOS holds a thread for each, which asks the database again and again: of many more
     * the wakes alone take a quarter of an hour.
     */
    private static final int SHARE_OF_PEERS = 50;

    /** The JVM's collector leaves more than that undecided between two measurements. */
    private static final double NEXT_TO_NOTHING = 0.25;

    @Override
    public String name() {
        return "w5";
    }

    @Override
    public String title() {
        return "parked: runs that wait for a signal; a peer has a fiftieth of them";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        int runs = settings.number(Setting.PARKED);
        EngineContender roomy = new EngineContender("workflow.worker.cache-size=" + (runs + 1_000));
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(roomy, new ParkedTrial(roomy, runs, settings)));
        contenders.dbos()
            .forEach((dbos) -> entries.add(new Entry(dbos, new ParkedTrial(dbos, runs / SHARE_OF_PEERS, settings))));
        return entries;
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(
                Requirement.atMost("heap per cached run, KiB", results.of(EngineContender.NAME, Metric.HEAP_CACHED), 6),
                Requirement.atMost("heap per evicted run, KiB", results.of(EngineContender.NAME, Metric.HEAP_EVICTED),
                        NEXT_TO_NOTHING),
                Requirement.atMost("busy cores while idle", results.of(EngineContender.NAME, Metric.IDLE_CORES), 0.02),
                Requirement.atMost("waking an evicted run, p99, ms",
                        results.of(EngineContender.NAME, Metric.LATENCY_P99), 20));
    }

}

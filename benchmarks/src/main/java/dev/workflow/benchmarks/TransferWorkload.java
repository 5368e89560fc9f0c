package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W10. */
final class TransferWorkload implements Workload {

    private static final String ALONE = EngineContender.NAME + ", one at a time";

    @Override
    public String name() {
        return "w10";
    }

    @Override
    public String title() {
        return "transactional: transfers of 2 steps that write rows, exactly once; many in flight";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        int callers = settings.number(Setting.CALLERS);
        EngineContender engine = contenders.engine();
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(engine, new LoadTrial(engine, LoadTask.TRANSFER, callers, settings)));
        entries.add(new Entry(ALONE, engine, new LoadTrial(engine, LoadTask.TRANSFER, 1, settings)));
        BareTransfers bare = new BareTransfers();
        entries.add(new Entry(bare, new LoadTrial(bare, LoadTask.TRANSFER, callers, settings)));
        contenders.dbos()
            .forEach((dbos) -> entries.add(new Entry(dbos, new LoadTrial(dbos, LoadTask.TRANSFER, callers, settings))));
        return entries;
    }

    @Override
    public List<Requirement> judge(Results results) {
        Metric metric = Metric.WORKFLOWS_PER_SECOND;
        return List.of(
                Requirement.atMost("commits per transfer, many in flight",
                        results.of(EngineContender.NAME, Metric.WRITES_PER_WORKFLOW), 4),
                Requirement.atLeast("transfers/s, engine / DBOS's transactional steps",
                        results.ratio(EngineContender.NAME, results.betterDbos(metric), metric), 3));
    }

}

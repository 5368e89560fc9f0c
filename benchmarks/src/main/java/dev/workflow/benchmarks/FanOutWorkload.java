package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W6. */
final class FanOutWorkload implements Workload {

    /** Half of what Restate took on such a machine. */
    private static final double MOST_MILLIS = 0.5 * 171;

    private static final double TIMES_WIDER = 10;

    /** A tenth of it is noise. */
    private static final double LINEAR = 1.1;

    @Override
    public String name() {
        return "w6";
    }

    @Override
    public String title() {
        return "fan-out: one run with parallel activities";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        int width = settings.number(Setting.FANOUT);
        List<Contender> all = new ArrayList<>(List.of(contenders.engine()));
        all.addAll(contenders.dbos());
        return all.stream().map((contender) -> new Entry(contender, new FanOutTrial(contender, width))).toList();
    }

    @Override
    public List<Requirement> judge(Results results) {
        Summary growth = results.ratio(EngineContender.NAME, Metric.WIDE, EngineContender.NAME, Metric.NARROW);
        return List.of(Requirement.atMost("fan-out, ms", results.of(EngineContender.NAME, Metric.NARROW), MOST_MILLIS),
                Requirement.atMost("time of ten times as many", growth, TIMES_WIDER * LINEAR));
    }

}

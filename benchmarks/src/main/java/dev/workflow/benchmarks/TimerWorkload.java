package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** W4. */
final class TimerWorkload implements Workload {

    private static final String INSTANT = EngineContender.NAME + ", one instant";

    @Override
    public String name() {
        return "w4";
    }

    @Override
    public String title() {
        return "timers: sleeps started at once, how late each result is; many due at one instant";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        List<Contender> all = new ArrayList<>(List.of(contenders.engine()));
        all.addAll(contenders.dbos());
        all.add(contenders.scheduler());
        List<Entry> entries = new ArrayList<>();
        all.forEach((contender) -> entries.add(new Entry(contender,
                new TimerTrial(contender, settings.number(Setting.TIMERS), settings.duration(Setting.SLEEP)))));
        entries.add(new Entry(INSTANT, contenders.engine(), new AlarmTrial(contenders.engine(),
                settings.number(Setting.ALARMS), settings.duration(Setting.SLEEP).multipliedBy(3))));
        return entries;
    }

    @Override
    public List<Requirement> judge(Results results) {
        return List.of(
                Requirement.atMost("lateness p99, ms", results.of(EngineContender.NAME, Metric.LATENCY_P99), 100),
                Requirement.atMost("the last of one instant, ms late", results.of(INSTANT, Metric.LAST_ALARM), 2_000));
    }

}

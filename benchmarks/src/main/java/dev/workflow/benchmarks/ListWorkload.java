package dev.workflow.benchmarks;

import java.util.List;

/** W11. */
final class ListWorkload implements Workload {

    @Override
    public String name() {
        return "w11";
    }

    @Override
    public String title() {
        return "lists over closed runs: a page, a filtered page, a count, a count by status";
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        return List.of(new Entry(contenders.engine(),
                new ListTrial(contenders.engine(), settings.number(Setting.LISTED), settings.number(Setting.LOOKUPS))));
    }

    @Override
    public List<Requirement> judge(Results results) {
        String engine = EngineContender.NAME;
        return List.of(Requirement.atMost("page p95, ms", results.of(engine, Metric.PAGE_P95), 20),
                Requirement.atMost("filtered page p95, ms", results.of(engine, Metric.FILTERED_P95), 50),
                Requirement.atMost("count p95, ms", results.of(engine, Metric.COUNT_P95), 100),
                Requirement.atMost("count by status p95, ms", results.of(engine, Metric.COUNT_BY_STATUS_P95), 200));
    }

}

package dev.workflow.benchmarks;

import java.util.List;

/**
 * W11.
 *
 * @param beside whether others write meanwhile
 */
record ListWorkload(boolean beside) implements Workload {

    @Override
    public String name() {
        return this.beside ? "w11b" : "w11";
    }

    @Override
    public String title() {
        return "lists over closed runs: a page, the slowest of the filtered pages, a count, a count by status"
                + (this.beside ? "; while others write" : "");
    }

    @Override
    public List<Entry> entries(Contenders contenders, Settings settings) {
        return List
            .of(new Entry(contenders.engine(), new ListTrial(contenders.engine(), settings.number(Setting.LISTED),
                    settings.number(Setting.LOOKUPS), this.beside ? settings.number(Setting.WRITES) : 0)));
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

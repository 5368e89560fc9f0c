package dev.workflow.benchmarks;

import java.util.Locale;

/** What is measured of an entry in one round. */
enum Metric {

    WORKFLOWS_PER_SECOND("workflows/s", 0),

    STEPS_PER_SECOND("steps/s", 0),

    LATENCY_P50("latency p50, ms", 2),

    LATENCY_P95("latency p95, ms", 2),

    LATENCY_P99("latency p99, ms", 2),

    TRANSITIONS_PER_COMMIT("transitions per commit", 1),

    COMMITS_PER_WORKFLOW("engine's commits per workflow", 3),

    WRITES_PER_WORKFLOW("writing transactions per workflow", 3),

    WAL_PER_WORKFLOW("WAL bytes per workflow", 0),

    JVM_CPU("JVM CPU s per 1,000 workflows", 3),

    POSTGRES_CPU("PostgreSQL CPU s per 1,000 workflows", 3),

    LAST_TO_FIRST_WINDOW("last window / first window", 3),

    LAST_ALARM("last of one instant, ms late", 1),

    HEAP_CACHED("heap per cached run, KiB", 2),

    HEAP_EVICTED("heap per evicted run, KiB", 3),

    IDLE_CORES("busy cores while idle", 4),

    NARROW("fan-out, ms", 1),

    WIDE("ten times wider, ms", 1),

    FIRST_HALF("first half, s", 2),

    SECOND_HALF("second half, s", 2),

    REPLAY("replayed events/s", 0),

    TAKEN_OVER("runs of the killed node", 0),

    RECOVERY("until all go on, s", 2),

    PACE("workflows/s at 70 %", 0),

    LATENCY_GROWTH("p99, last quarter / first", 3),

    HEAP_GROWTH("heap, end / first quarter", 3),

    DEAD_TUPLES_GROWTH("dead tuples, last quarter / first", 3),

    BLOAT_GROWTH("hot tables' size, last quarter / first", 3),

    PAGE_P95("page of a list p95, ms", 2),

    FILTERED_P95("filtered list p95, ms", 2),

    COUNT_P95("count p95, ms", 2),

    COUNT_BY_STATUS_P95("count by status p95, ms", 2),

    DELETED_PER_SECOND("deleted runs/s", 0);

    private final String label;

    private final int digits;

    Metric(String label, int digits) {
        this.label = label;
        this.digits = digits;
    }

    String label() {
        return this.label;
    }

    boolean isMoreBetter() {
        return this == WORKFLOWS_PER_SECOND || this == STEPS_PER_SECOND || this == REPLAY;
    }

    String format(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,." + this.digits + "f", value);
    }

}

package dev.workflow.benchmarks;

import java.util.Locale;

/** What is measured of a contender in one round. */
enum Metric {

    WORKFLOWS_PER_SECOND("workflows/s", 0),

    STEPS_PER_SECOND("steps/s", 0),

    LATENCY_P50("latency p50, ms", 2),

    LATENCY_P95("latency p95, ms", 2),

    LATENCY_P99("latency p99, ms", 2),

    TRANSITIONS_PER_COMMIT("transitions per commit", 1),

    COMMITS_PER_WORKFLOW("commits per workflow", 3),

    WRITES_PER_WORKFLOW("writing transactions per workflow", 3),

    WAL_PER_WORKFLOW("WAL bytes per workflow", 0),

    JVM_CPU("JVM CPU s per 1,000 workflows", 3),

    POSTGRES_CPU("PostgreSQL CPU s per 1,000 workflows", 3),

    LAST_TO_FIRST_WINDOW("last window / first window", 3);

    private final String label;

    private final int digits;

    Metric(String label, int digits) {
        this.label = label;
        this.digits = digits;
    }

    String label() {
        return this.label;
    }

    String format(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,." + this.digits + "f", value);
    }

}

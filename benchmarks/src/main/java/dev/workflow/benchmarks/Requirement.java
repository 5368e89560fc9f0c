package dev.workflow.benchmarks;

import java.util.Locale;

/**
 * What a workload asks of the engine.
 *
 * @param what what is looked at
 * @param found what it is
 * @param bound what it must not pass
 * @param met whether the median keeps it
 * @param least whether the bound is a least value, or a greatest
 */
record Requirement(String what, Summary found, double bound, boolean met, boolean least) {

    static Requirement atLeast(String what, Summary found, double bound) {
        return new Requirement(what, found, bound, found.median() >= bound, true);
    }

    static Requirement atMost(String what, Summary found, double bound) {
        return new Requirement(what, found, bound, found.median() <= bound, false);
    }

    /** Whether the entries that it compares have run. */
    boolean isAnswered() {
        return !Double.isNaN(this.found.median());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %.3f (%.3f–%.3f), must be at %s %.3f: %s", this.what,
                this.found.median(), this.found.min(), this.found.max(), this.least ? "least" : "most", this.bound,
                this.met ? "met" : "MISSED");
    }

}

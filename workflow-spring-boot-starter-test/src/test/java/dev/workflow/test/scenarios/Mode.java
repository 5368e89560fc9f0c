package dev.workflow.test.scenarios;

/** How a scenario is run. */
enum Mode {

    /** Runs stay in memory from start to end. */
    CACHED,

    /** Runs leave memory at every step, so that each of them begins with a replay. */
    EVICTED

}

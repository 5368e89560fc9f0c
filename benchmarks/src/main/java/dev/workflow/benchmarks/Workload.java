package dev.workflow.benchmarks;

import java.util.List;

/**
 * A question that is put to several entries. They take turns, so that whatever else the
 * machine does meets all of them alike.
 */
interface Workload {

    /** How the command line calls it. */
    String name();

    /** What it does, in one line. */
    String title();

    /** Who is asked. */
    List<Entry> entries(Contenders contenders, Settings settings);

    /** What must be reached. A requirement whose entries did not run is left out. */
    List<Requirement> judge(Results results);

    /** The settings that it runs with. */
    default Settings adjust(Settings settings) {
        return settings;
    }

}

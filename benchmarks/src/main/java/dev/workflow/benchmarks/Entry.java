package dev.workflow.benchmarks;

/**
 * One column of a workload's table.
 *
 * @param name the column's name
 * @param contender who it is
 * @param trial what it does when it has its turn
 */
record Entry(String name, Contender contender, Trial trial) {

    Entry(Contender contender, Trial trial) {
        this(contender.name(), contender, trial);
    }

}

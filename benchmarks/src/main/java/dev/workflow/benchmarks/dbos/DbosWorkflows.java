package dev.workflow.benchmarks.dbos;

/** The workloads for DBOS Transact. */
public interface DbosWorkflows {

    String threeSteps(String payload);

    String oneStep(String payload);

    /** Two transactional steps. */
    String transfer(String payload);

    /** Waits for a message and returns it. */
    String parked(String id);

    String sleeper(String id, long millis);

    /** The sum of 0, 1, …, {@code width - 1}, each from a child that runs in parallel. */
    long fanOut(int width);

    int child(int number);

    /** Returns when each of its steps began, and in the end, by the nanosecond clock. */
    long[] sequence(int steps);

}

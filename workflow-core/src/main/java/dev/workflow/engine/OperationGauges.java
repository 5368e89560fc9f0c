package dev.workflow.engine;

import java.time.Duration;

/**
 * What limits and cleaning do, in numbers. Every method answers from memory; what comes
 * from the database is half a minute old at most.
 */
public interface OperationGauges {

    /** How many calls this node has refused since too much waited. */
    long refusedCalls();

    /** How often schedules had to wait on this node for that reason. */
    long heldUpSchedules();

    /**
     * How many activities of the queue may begin in a second, on all nodes together; not
     * a number where that is not limited.
     */
    double rateLimit(String taskQueue);

    /**
     * How many of them may begin at once, of what no node holds; not a number where that
     * is not limited.
     */
    double rateTokens(String taskQueue);

    /** How many runs this node has deleted, since their time was over. */
    long deletedRuns();

    /**
     * For how long this node has gone through the runs to find those whose time is over;
     * zero when it is through until the next time.
     */
    Duration deletionAge();

}

package dev.workflow.engine;

/**
 * How the concurrency limit of a workflow type stands. Answers from memory, as of the
 * last heartbeat; nothing but zero where there is no limit any more.
 */
public interface ConcurrencyGauges {

    /** How many may be in progress at once; 0: any number. */
    int limit();

    /** How many of one fairness key may; 0: any number. */
    int limitPerKey();

    /** How many are in progress, on all nodes. */
    long inProgress();

    /** How many wait for a place. */
    long waiting();

}

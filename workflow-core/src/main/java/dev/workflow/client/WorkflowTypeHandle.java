package dev.workflow.client;

/**
 * A workflow type, as people steer it for all nodes. What they do is no part of a
 * transaction of the caller's.
 */
public interface WorkflowTypeHandle {

    /** Its name. */
    String name();

    /**
     * Pauses it: no node begins or goes on with its runs, while activities that were
     * ordered go on. Runs take messages, and what runs may end. Nothing where it is
     * paused already.
     * @param reason why
     */
    void pause(String reason);

    /** Lets it go on; nothing where it is not paused. */
    void unpause();

    /** Whether it is paused. */
    boolean isPaused();

    /**
     * Limits how many of its workflows may be in progress at once, on all nodes together,
     * from now on and whatever the configuration says. One that is started beyond that is
     * there, but its code does not begin before it has a place: first come, first served.
     * A workflow has a place up to its end, also through the runs that it is retried or
     * continues as new in. Where more are in progress than a lower limit allows, they go
     * on, and nobody new begins until there is room.
     */
    void limitConcurrency(ConcurrencyLimit limit);

    /**
     * Takes its limit away, whatever the configuration says: all that wait begin.
     */
    void unlimitConcurrency();

    /** Goes back to what the configuration of this node says. */
    void resetConcurrency();

    /** The limit, and how many are in progress and wait. */
    ConcurrencyDescription concurrency();

}

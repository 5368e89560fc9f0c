package dev.workflow;

/**
 * What a workflow does about an activity or a child that still runs when the scope that
 * it belongs to is canceled.
 */
public enum CancellationType {

    /** Requests its cancellation and goes on at once, as if it had been canceled. */
    TRY_CANCEL,

    /** Requests its cancellation and waits for how it ends, which may be a result. */
    WAIT_CANCELLATION_COMPLETED,

    /**
     * Requests nothing and goes on at once: it runs on, and nobody waits for its result.
     */
    ABANDON

}

package dev.workflow.client;

/**
 * What can be done with all workflows that a query finds. Each method begins a batch in
 * the background and returns at once; the workflows are those that the query finds then,
 * each dealt with in a transaction of its own.
 */
public interface BatchOperations {

    /**
     * Signals each.
     * @param name the signal
     * @param args its arguments
     */
    BatchHandle signal(String name, Object... args);

    /**
     * Requests the cancellation of each.
     * @param reason why, for those who look at it later
     */
    BatchHandle cancel(String reason);

    /**
     * Ends each at once.
     * @param reason why, for those who look at it later
     */
    BatchHandle terminate(String reason);

    /**
     * Resets each to a point of its own history.
     * @param point where to
     */
    BatchHandle reset(ResetPoint point);

}

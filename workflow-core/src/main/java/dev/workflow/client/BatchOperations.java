package dev.workflow.client;

import org.jspecify.annotations.Nullable;

/**
 * What can be done with all workflows that a query finds. Each method begins a batch in
 * the background and returns at once; the workflows are those that the query finds then,
 * each dealt with in a transaction of its own. In a transaction of the caller's it begins
 * with the commit.
 */
public interface BatchOperations {

    /**
     * The same with another pace.
     * @param workflowsPerSecond how many are dealt with in a second, at most; 0: as many
     * as possible. 200 where nobody says.
     */
    BatchOperations rate(double workflowsPerSecond);

    /**
     * Signals each.
     * @param name the signal
     * @param args its arguments
     */
    BatchHandle signal(String name, @Nullable Object... args);

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

    /** As {@link #reset(ResetPoint)}, with options; a request id is not used. */
    BatchHandle reset(ResetPoint point, ResetOptions options);

    /**
     * Forks each at a point of its own history.
     * @param point the last of the events that both have
     * @param idSuffix what the id of each new workflow has behind that of its original
     */
    BatchHandle fork(ResetPoint point, String idSuffix);

    /** As {@link #fork(ResetPoint, String)}, with options; a request id is not used. */
    BatchHandle fork(ResetPoint point, String idSuffix, ResetOptions options);

    /**
     * Deletes those that have ended, with their histories; those that are open are
     * refused.
     * @param reason why
     */
    BatchHandle delete(String reason);

    /** As {@link #delete(String)}, but those that are open are terminated before. */
    BatchHandle terminateAndDelete(String reason);

    /** What can be done with all of their activities that have no result. */
    BatchActivityOperations activities();

    /**
     * What can be done with their activities of one type that have no result.
     * @param activityType such as {@code Payments.charge}
     */
    BatchActivityOperations activities(String activityType);

}

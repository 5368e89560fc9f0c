package dev.workflow.client;

import dev.workflow.ActivityOptions;

/**
 * What can be done with the activities without result of all workflows that a query
 * finds. Each method begins a batch, as those of {@link BatchOperations} do. A workflow
 * counts as done when one of its activities took the action; those that it does not fit
 * are left as they are.
 */
public interface BatchActivityOperations {

    /** Begins the next attempt now of those that wait for one. */
    BatchHandle runNow();

    /**
     * Lets no further attempts begin; those that run may end.
     * @param reason why
     */
    BatchHandle pause(String reason);

    /** Lets those go on that are paused, at once. */
    BatchHandle unpause();

    /**
     * As {@link #unpause()}.
     * @param resetAttempts whether to forgive their attempts so far, too
     */
    BatchHandle unpause(boolean resetAttempts);

    /** Forgives the attempts so far, and begins the next ones. */
    BatchHandle reset();

    /**
     * Changes their time-outs and how they are retried.
     * @param options as in {@link ActivityHandle#updateOptions}
     */
    BatchHandle updateOptions(ActivityOptions options);

}

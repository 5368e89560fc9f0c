package dev.workflow.client;

/** What a start does whose workflow id has an open run. */
public enum IdConflictPolicy {

    /** It throws {@link WorkflowAlreadyStartedException}. The default. */
    FAIL,

    /** It starts nothing and returns a handle of the open run. */
    USE_EXISTING,

    /**
     * It terminates the open run and starts a new one. Not inside a transaction, whose
     * commit alone would show the end of the open one: there it throws an
     * {@link IllegalStateException}. Not beside {@link IdReusePolicy#REJECT_DUPLICATE}
     * either, which would refuse the new one.
     */
    TERMINATE_EXISTING

}

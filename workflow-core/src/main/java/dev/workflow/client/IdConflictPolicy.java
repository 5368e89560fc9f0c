package dev.workflow.client;

/** What a start does whose workflow id has an open run. */
public enum IdConflictPolicy {

    /** It throws {@link WorkflowAlreadyStartedException}. The default. */
    FAIL,

    /** It starts nothing and returns a handle of the open run. */
    USE_EXISTING,

    /** It terminates the open run and starts a new one. */
    TERMINATE_EXISTING

}

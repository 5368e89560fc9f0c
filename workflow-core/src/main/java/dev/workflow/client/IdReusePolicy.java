package dev.workflow.client;

/** Whether a workflow may be started with the id of one that has ended. */
public enum IdReusePolicy {

    /** It may. The default. */
    ALLOW_DUPLICATE,

    /**
     * It may, unless the last run completed: again after a failure, cancellation,
     * termination or timeout only.
     */
    ALLOW_DUPLICATE_FAILED_ONLY,

    /** It may not, as long as the ended run is kept. */
    REJECT_DUPLICATE

}

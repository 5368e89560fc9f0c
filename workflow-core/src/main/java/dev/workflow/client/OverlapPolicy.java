package dev.workflow.client;

/** What a schedule does when it is time for a run and the one before has not ended. */
public enum OverlapPolicy {

    /** Leaves this one out. The default. */
    SKIP,

    /**
     * Starts this one when the other has ended; at most one waits, further ones are left
     * out.
     */
    BUFFER_ONE,

    /** Starts this one when all before it have ended. */
    BUFFER_ALL,

    /** Requests the other's cancellation and starts this one when it has ended. */
    CANCEL_OTHER,

    /** Terminates the other and starts this one. */
    TERMINATE_OTHER,

    /** Starts this one beside the other. */
    ALLOW_ALL

}

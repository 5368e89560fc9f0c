package dev.workflow.client;

/** Where a run stands. All but {@link #RUNNING} are final. */
public enum WorkflowStatus {

    /** It is open: running, waiting, or not begun yet. */
    RUNNING,

    /** Its workflow method returned. */
    COMPLETED,

    /** Its workflow method threw a failure. */
    FAILED,

    /** It ended because its cancellation had been requested. */
    CANCELED,

    /** It was ended from outside, without its code being asked. */
    TERMINATED,

    /** It ended and goes on in a new run with a history of its own. */
    CONTINUED_AS_NEW,

    /** Its run or execution timeout ran out. */
    TIMED_OUT

}

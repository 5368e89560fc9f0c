package dev.workflow;

/**
 * What happens to a child workflow that still runs when its parent ends. Continuing as
 * new is no end.
 */
public enum ParentClosePolicy {

    /** It is terminated. The default. */
    TERMINATE,

    /** It runs on. */
    ABANDON,

    /** Its cancellation is requested. */
    REQUEST_CANCEL

}

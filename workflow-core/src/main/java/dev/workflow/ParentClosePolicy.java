package dev.workflow;

/**
 * What happens to a child workflow that still runs when the run that started it ends, in
 * whichever way. As in Temporal, continuing as new and being retried end a run, too:
 * children are not carried over into the next one. A child that is to outlive that run is
 * started with {@link #ABANDON}.
 */
public enum ParentClosePolicy {

    /** It is terminated. The default. */
    TERMINATE,

    /** It runs on. */
    ABANDON,

    /** Its cancellation is requested. */
    REQUEST_CANCEL

}

package dev.workflow.client;

import java.time.Instant;
import java.util.Optional;

/**
 * An activity that was ordered and has no result yet.
 *
 * @param activityId its id, unique in the run
 * @param activityType its type, for example {@code Payments.charge}
 * @param attempt how many attempts have begun; 0 while it waits for its first
 * @param lastFailure the message of the last attempt's failure; its type, where it has
 * none
 * @param nextAttemptTime when the next attempt is due; empty while one runs or it is
 * paused
 * @param paused whether no further attempt begins until somebody unpauses it or its run
 */
public record PendingActivity(String activityId, String activityType, int attempt, Optional<String> lastFailure,
        Optional<Instant> nextAttemptTime, boolean paused) {

    /** One that is not paused. */
    public PendingActivity(String activityId, String activityType, int attempt, Optional<String> lastFailure,
            Optional<Instant> nextAttemptTime) {
        this(activityId, activityType, attempt, lastFailure, nextAttemptTime, false);
    }

}

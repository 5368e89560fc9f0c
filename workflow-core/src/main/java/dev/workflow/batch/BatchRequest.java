package dev.workflow.batch;

import dev.workflow.Constraints;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done with all runs that a query finds.
 *
 * @param query which runs; its order does not count
 * @param action what is done with each
 * @param reason why, for those who look at it later
 * @param rate how many runs are dealt with in a second, at most; 0: as many as it can
 */
public record BatchRequest(String query, BatchAction action, @Nullable String reason, double rate) {

    /** How many runs are dealt with in a second where nobody says. */
    public static final double DEFAULT_RATE = 200;

    public BatchRequest {
        Constraints.notNull("query", query);
        Constraints.notNull("action", action);
        if (Double.isNaN(rate) || rate < 0) {
            throw new IllegalArgumentException("rate: expected zero or more in a second, given " + rate);
        }
    }

}

package dev.workflow.batch;

import dev.workflow.Constraints;
import dev.workflow.client.ResetPoint;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done with all runs that a query finds.
 *
 * @param query which runs; its order does not count
 * @param operation what is done with each
 * @param signalName the signal, where they are signaled
 * @param input its arguments, a JSON array
 * @param reason why, for those who look at it later
 * @param point where to, where they are reset or forked
 * @param keepSignals whether a reset or fork keeps later signals
 * @param idSuffix what a fork's workflow id has behind that of the original
 * @param rate how many runs are dealt with in a second, at most; 0: as many as it can
 */
public record BatchRequest(String query, Operation operation, @Nullable String signalName, Json input,
        @Nullable String reason, ResetPoint point, boolean keepSignals, @Nullable String idSuffix, double rate) {

    /** How many runs are dealt with in a second where nobody says. */
    public static final double DEFAULT_RATE = 200;

    /** The operations. */
    public enum Operation {

        SIGNAL, CANCEL, TERMINATE, RESET, FORK

    }

    public BatchRequest {
        Constraints.notNull("query", query);
        Constraints.notNull("operation", operation);
        if (operation == Operation.SIGNAL) {
            Constraints.id("signalName", signalName);
        }
        if (operation == Operation.FORK) {
            Constraints.id("idSuffix", idSuffix);
        }
        if (Double.isNaN(rate) || rate < 0) {
            throw new IllegalArgumentException("rate: expected zero or more in a second, given " + rate);
        }
    }

    /** A batch that only needs a reason. */
    public static BatchRequest of(String query, Operation operation, @Nullable String reason) {
        return new BatchRequest(query, operation, null, Json.EMPTY_ARRAY, reason, ResetPoint.last(), true, null,
                DEFAULT_RATE);
    }

}

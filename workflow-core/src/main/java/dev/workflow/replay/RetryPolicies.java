package dev.workflow.replay;

import java.time.Duration;
import java.util.Objects;

import dev.workflow.RetryOptions;
import dev.workflow.history.RetryPolicy;

/** Retry policies with every default filled in. */
final class RetryPolicies {

    private static final Duration INITIAL_INTERVAL = Duration.ofSeconds(1);

    private static final Duration MAXIMUM_INTERVAL = Duration.ofSeconds(100);

    private RetryPolicies() {
    }

    static RetryPolicy of(RetryOptions retry) {
        double coefficient = retry.backoffCoefficient();
        Duration initial = Objects.requireNonNullElse(retry.initialInterval(), INITIAL_INTERVAL);
        Duration maximum = Objects.requireNonNullElse(retry.maximumInterval(), MAXIMUM_INTERVAL);
        // A default must not cut short what the code asks for.
        return new RetryPolicy(initial, (coefficient > 0) ? coefficient : 2,
                (maximum.compareTo(initial) < 0) ? initial : maximum, retry.maximumAttempts(), retry.doNotRetry());
    }

}

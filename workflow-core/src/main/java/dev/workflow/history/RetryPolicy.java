package dev.workflow.history;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.workflow.RetryOptions;
import dev.workflow.failure.WorkflowException;
import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * How something is retried, with every default filled in.
 *
 * @param initialInterval the pause before the second attempt
 * @param backoffCoefficient by which each pause is longer than the one before, at least 1
 * @param maximumInterval the longest pause
 * @param maximumAttempts how many attempts in all; 0: unlimited
 * @param nonRetryableErrorTypes types of failures that are not retried
 */
public record RetryPolicy(Duration initialInterval, double backoffCoefficient, Duration maximumInterval,
        int maximumAttempts, List<String> nonRetryableErrorTypes) {

    private static final Duration INITIAL_INTERVAL = Duration.ofSeconds(1);

    private static final Duration MAXIMUM_INTERVAL = Duration.ofSeconds(100);

    /**
     * The policy that options mean. A longest pause which they set wins over a longer
     * initial one; a default must not cut short what they ask for.
     * @param defaults for what the options do not set
     */
    public static RetryPolicy of(RetryOptions options, RetryOptions defaults) {
        RetryOptions all = options.orElse(defaults);
        Duration initial = Objects.requireNonNullElse(all.initialInterval(), INITIAL_INTERVAL);
        Duration maximum = Objects.requireNonNullElse(all.maximumInterval(), MAXIMUM_INTERVAL);
        boolean cutsShort = options.maximumInterval() == null && maximum.compareTo(initial) < 0;
        return new RetryPolicy(initial, (all.backoffCoefficient() > 0) ? all.backoffCoefficient() : 2,
                cutsShort ? initial : maximum, all.maximumAttempts(), all.doNotRetry());
    }

    /** The pause after the given attempt (from 1) has failed. */
    public Duration intervalAfter(int attempt) {
        double millis = Math.min(millis(this.initialInterval) * Math.pow(this.backoffCoefficient, attempt - 1.0),
                millis(this.maximumInterval));
        // Below a millisecond what is cut off would be all of it.
        return (millis < 1) ? Duration.ofNanos((long) (millis * 1e6)) : Duration.ofMillis((long) millis);
    }

    private static double millis(Duration duration) {
        return duration.getSeconds() * 1e3 + duration.getNano() / 1e6;
    }

    /**
     * Whether another attempt may follow one that failed like this: not after a
     * cancellation or a termination, nor after an application failure that says so or
     * whose type is listed.
     */
    public boolean allowsAttemptAfter(FailureInfo failure) {
        return switch (failure.kind()) {
            case CANCELED, TERMINATED -> false;
            default -> !failure.nonRetryable() && !isNonRetryableType(failure.type());
        };
    }

    /** Whether the type is one of those that are not retried. */
    public boolean isNonRetryableType(@Nullable String type) {
        return type != null && this.nonRetryableErrorTypes.stream().anyMatch((listed) -> matches(listed, type));
    }

    /**
     * Whether an exception, or one that it extends, is one of those that are not retried.
     * Once it has travelled only its own class is known.
     */
    public boolean excludes(Throwable thrown) {
        if (this.nonRetryableErrorTypes.isEmpty() || thrown instanceof WorkflowException) {
            return false;
        }
        for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
            if (isNonRetryableType(type.getName())) {
                return true;
            }
        }
        return false;
    }

    /** A full name, or the simple name of a class. */
    private static boolean matches(String listed, String type) {
        return type.equals(listed) || type.endsWith("." + listed) || type.endsWith("$" + listed);
    }

    /** Whether another attempt may follow the given one (from 1). */
    public boolean allowsAttemptAfter(int attempt) {
        return this.maximumAttempts == 0 || attempt < this.maximumAttempts;
    }

}

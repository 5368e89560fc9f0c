package dev.workflow;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * How something that failed is retried: after an initial pause, then after pauses that
 * grow by a coefficient up to a maximum, until the attempts or the time are used up. What
 * is not set is taken from where the options are used; in the end 1 second, factor 2, 100
 * seconds, unlimited. Immutable: each method that sets something returns a new instance.
 */
public final class RetryOptions {

    private static final RetryOptions DEFAULTS = new RetryOptions(OptionValues.NONE);

    private final OptionValues values;

    private RetryOptions(OptionValues values) {
        this.values = values;
    }

    /** Options in which nothing is set. */
    public static RetryOptions defaults() {
        return DEFAULTS;
    }

    /** One attempt, no retry. */
    public static RetryOptions none() {
        return DEFAULTS.maximumAttempts(1);
    }

    /**
     * The pause before the second attempt; zero or more.
     */
    public RetryOptions initialInterval(Duration value) {
        return with("initialInterval", Constraints.notNegative("initialInterval", value));
    }

    /** As set; null when not. */
    public @Nullable Duration initialInterval() {
        return this.values.get("initialInterval", Duration.class);
    }

    /**
     * By which factor each pause is longer than the one before.
     * @param value 1 or more; 0 sets it back to not set, as in {@link Retry}
     */
    public RetryOptions backoffCoefficient(double value) {
        if (value == 0) {
            return new RetryOptions(this.values.without("backoffCoefficient"));
        }
        if (!(value >= 1) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("backoffCoefficient: expected 1 or more, given " + value);
        }
        return with("backoffCoefficient", value);
    }

    /** As set; 0 when not. */
    public double backoffCoefficient() {
        Double value = this.values.get("backoffCoefficient", Double.class);
        return (value != null) ? value : 0;
    }

    /**
     * The longest pause; zero or more. It wins over a longer initial pause. Where it is
     * not set, a longer initial pause wins over the default.
     */
    public RetryOptions maximumInterval(Duration value) {
        return with("maximumInterval", Constraints.notNegative("maximumInterval", value));
    }

    /** As set; null when not. */
    public @Nullable Duration maximumInterval() {
        return this.values.get("maximumInterval", Duration.class);
    }

    /**
     * How many attempts there are in all, with the first.
     * @param value 1 or more; 0 sets it back to not set, as in {@link Retry}, which in
     * the end means unlimited. To lift a limit that the defaults set, give
     * {@link Integer#MAX_VALUE}.
     */
    public RetryOptions maximumAttempts(int value) {
        if (value == 0) {
            return new RetryOptions(this.values.without("maximumAttempts"));
        }
        return with("maximumAttempts", (int) Constraints.between("maximumAttempts", value, 0, Integer.MAX_VALUE));
    }

    /** As set; 0 when not. */
    public int maximumAttempts() {
        Integer value = this.values.get("maximumAttempts", Integer.class);
        return (value != null) ? value : 0;
    }

    /**
     * Failures that are not retried.
     * @param types full class names of exceptions, which include those that extend them,
     * or types of {@code ApplicationFailure}s
     */
    public RetryOptions doNotRetry(String... types) {
        return with("doNotRetry", Stream.of(types).map((type) -> Constraints.id("doNotRetry", type)).toList());
    }

    /** As set, in that order; empty when not. */
    public List<String> doNotRetry() {
        return this.values.list("doNotRetry");
    }

    /**
     * These options, completed: what is not set here is as in the given ones.
     * @param defaults for what is not set here
     */
    public RetryOptions orElse(RetryOptions defaults) {
        return new RetryOptions(this.values.orElse(defaults.values));
    }

    private RetryOptions with(String name, Object value) {
        return new RetryOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RetryOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "RetryOptions" + this.values;
    }

}

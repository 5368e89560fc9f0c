package dev.workflow;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a local activity is carried out: in the process of its workflow, without a task of
 * its own. For calls of milliseconds. What is not set is as for other activities.
 * Immutable: each method that sets something returns a new instance.
 */
public final class LocalActivityOptions {

    private static final LocalActivityOptions DEFAULTS = new LocalActivityOptions(OptionValues.NONE);

    private final OptionValues values;

    private LocalActivityOptions(OptionValues values) {
        this.values = values;
    }

    /** Options in which nothing is set. */
    public static LocalActivityOptions defaults() {
        return DEFAULTS;
    }

    /**
     * How long one attempt may take; greater than zero.
     */
    public LocalActivityOptions startToCloseTimeout(Duration value) {
        return with("startToCloseTimeout", Constraints.positive("startToCloseTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration startToCloseTimeout() {
        return this.values.get("startToCloseTimeout", Duration.class);
    }

    /**
     * How long the activity may take in all, with every attempt and the pauses between
     * them; greater than zero, unlimited when not set.
     */
    public LocalActivityOptions scheduleToCloseTimeout(Duration value) {
        return with("scheduleToCloseTimeout", Constraints.positive("scheduleToCloseTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration scheduleToCloseTimeout() {
        return this.values.get("scheduleToCloseTimeout", Duration.class);
    }

    /**
     * How failed attempts are retried.
     */
    public LocalActivityOptions retry(RetryOptions value) {
        return with("retry", value);
    }

    /** As set; null when not. */
    public @Nullable RetryOptions retry() {
        return this.values.get("retry", RetryOptions.class);
    }

    private LocalActivityOptions with(String name, @Nullable Object value) {
        return new LocalActivityOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LocalActivityOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "LocalActivityOptions" + this.values;
    }

}

package dev.workflow;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a call of an activity is carried out. What is not set is taken from
 * {@link ActivityMethod}, else from {@link Activity}, else from the properties
 * {@code workflow.activity.*}. Immutable: each method that sets something returns a new
 * instance.
 */
public final class ActivityOptions {

    private static final ActivityOptions DEFAULTS = new ActivityOptions(OptionValues.NONE);

    private final OptionValues values;

    private ActivityOptions(OptionValues values) {
        this.values = values;
    }

    /** Options in which nothing is set. */
    public static ActivityOptions defaults() {
        return DEFAULTS;
    }

    /**
     * How long one attempt may take; greater than zero.
     */
    public ActivityOptions startToCloseTimeout(Duration value) {
        return with("startToCloseTimeout", Constraints.positive("startToCloseTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration startToCloseTimeout() {
        return this.values.get("startToCloseTimeout", Duration.class);
    }

    /**
     * How long the activity may wait for a worker; greater than zero, unlimited when not
     * set. Running out is not retried.
     */
    public ActivityOptions scheduleToStartTimeout(Duration value) {
        return with("scheduleToStartTimeout", Constraints.positive("scheduleToStartTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration scheduleToStartTimeout() {
        return this.values.get("scheduleToStartTimeout", Duration.class);
    }

    /**
     * How long the activity may take in all, with every attempt and the pauses between
     * them; greater than zero, unlimited when not set.
     */
    public ActivityOptions scheduleToCloseTimeout(Duration value) {
        return with("scheduleToCloseTimeout", Constraints.positive("scheduleToCloseTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration scheduleToCloseTimeout() {
        return this.values.get("scheduleToCloseTimeout", Duration.class);
    }

    /**
     * How long an attempt may stay without a heartbeat before it counts as lost; greater
     * than zero. None is expected when not set.
     */
    public ActivityOptions heartbeatTimeout(Duration value) {
        return with("heartbeatTimeout", Constraints.positive("heartbeatTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration heartbeatTimeout() {
        return this.values.get("heartbeatTimeout", Duration.class);
    }

    /**
     * How failed attempts are retried. What these leave open is filled in like everything
     * here.
     */
    public ActivityOptions retry(RetryOptions value) {
        return with("retry", value);
    }

    /** As set; null when not. */
    public @Nullable RetryOptions retry() {
        return this.values.get("retry", RetryOptions.class);
    }

    /**
     * The task queue that the activity waits in; that of the calling workflow when not
     * set.
     */
    public ActivityOptions taskQueue(String value) {
        return with("taskQueue", Constraints.id("taskQueue", value));
    }

    /** As set; null when not. */
    public @Nullable String taskQueue() {
        return this.values.get("taskQueue", String.class);
    }

    /**
     * What a cancellation of the workflow means for the activity while it runs; when not
     * set, {@link CancellationType#TRY_CANCEL}, and of activities that are
     * {@code @Transactional} {@link CancellationType#WAIT_CANCELLATION_COMPLETED}.
     */
    public ActivityOptions cancellationType(CancellationType value) {
        return with("cancellationType", value);
    }

    /** As set; null when not. */
    public @Nullable CancellationType cancellationType() {
        return this.values.get("cancellationType", CancellationType.class);
    }

    /**
     * A line for people who look at the history.
     */
    public ActivityOptions summary(String value) {
        return with("summary", Constraints.text("summary", value));
    }

    /** As set; null when not. */
    public @Nullable String summary() {
        return this.values.get("summary", String.class);
    }

    /**
     * How urgent: 1 (first) to 5 (last); that of the workflow when not set.
     * @throws IllegalArgumentException outside of 1 to 5
     */
    public ActivityOptions priority(int value) {
        return with("priority", Constraints.priority(value));
    }

    /** As set; null when not. */
    public @Nullable Integer priority() {
        return this.values.get("priority", Integer.class);
    }

    /**
     * These options, completed: what is not set here is as in the given ones. Retry
     * options are merged in the same way, each of their values for itself.
     * @param defaults for what is not set here
     */
    public ActivityOptions orElse(ActivityOptions defaults) {
        ActivityOptions merged = new ActivityOptions(this.values.orElse(defaults.values));
        RetryOptions own = retry();
        RetryOptions others = defaults.retry();
        return (own != null && others != null) ? merged.retry(own.orElse(others)) : merged;
    }

    private ActivityOptions with(String name, @Nullable Object value) {
        return new ActivityOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ActivityOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "ActivityOptions" + this.values;
    }

}

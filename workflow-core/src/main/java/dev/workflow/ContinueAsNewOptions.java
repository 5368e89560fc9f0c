package dev.workflow;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How the next run of a workflow differs from the one that continues as it; what is not
 * set stays as it is. Immutable: each method that sets something returns a new instance.
 */
public final class ContinueAsNewOptions {

    private static final ContinueAsNewOptions DEFAULTS = new ContinueAsNewOptions(OptionValues.NONE);

    private final OptionValues values;

    private ContinueAsNewOptions(OptionValues values) {
        this.values = values;
    }

    /** Options in which nothing is set. */
    public static ContinueAsNewOptions defaults() {
        return DEFAULTS;
    }

    /**
     * The task queue of the next run.
     */
    public ContinueAsNewOptions taskQueue(String value) {
        return with("taskQueue", Constraints.id("taskQueue", value));
    }

    /** As set; null when not. */
    public @Nullable String taskQueue() {
        return this.values.get("taskQueue", String.class);
    }

    /**
     * How long the next run may take; greater than zero.
     */
    public ContinueAsNewOptions runTimeout(Duration value) {
        return with("runTimeout", Constraints.positive("runTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration runTimeout() {
        return this.values.get("runTimeout", Duration.class);
    }

    /**
     * How long the next run waits before it begins; zero or more.
     */
    public ContinueAsNewOptions startDelay(Duration value) {
        return with("startDelay", Constraints.notNegative("startDelay", value));
    }

    /** As set; null when not. */
    public @Nullable Duration startDelay() {
        return this.values.get("startDelay", Duration.class);
    }

    /**
     * Values for people who look at the run, encoded as arguments are; not searched.
     * Copied, in this order.
     * @throws IllegalArgumentException for a null value or key
     */
    public ContinueAsNewOptions memo(Map<String, ?> value) {
        return with("memo", Constraints.attributes("memo", value));
    }

    /** As set; null when not. */
    public @Nullable Map<String, ?> memo() {
        return this.values.map("memo");
    }

    /**
     * Which builds may run the next run. Not set, or
     * {@link VersioningBehavior#UNSPECIFIED}: those that may run this one, so that a
     * pinned run stays with its build. {@link VersioningBehavior#AUTO_UPGRADE}: it begins
     * on the current build of its task queue, and is pinned to that if its type says so.
     * {@link VersioningBehavior#PINNED}: the build that this run is on.
     */
    public ContinueAsNewOptions versioning(VersioningBehavior value) {
        return with("versioning", value);
    }

    /** As set; null when not. */
    public @Nullable VersioningBehavior versioning() {
        return this.values.get("versioning", VersioningBehavior.class);
    }

    private ContinueAsNewOptions with(String name, @Nullable Object value) {
        return new ContinueAsNewOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ContinueAsNewOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "ContinueAsNewOptions" + this.values;
    }

}

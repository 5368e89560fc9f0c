package dev.workflow.client;

import java.util.Objects;

import dev.workflow.Constraints;
import dev.workflow.OptionValues;
import org.jspecify.annotations.Nullable;

/**
 * How a workflow is reset. Immutable: each method that sets something returns a new
 * instance.
 */
public final class ResetOptions {

    private static final ResetOptions DEFAULTS = new ResetOptions(OptionValues.NONE);

    private final OptionValues values;

    private ResetOptions(OptionValues values) {
        this.values = values;
    }

    /** Options in which nothing is set. */
    public static ResetOptions defaults() {
        return DEFAULTS;
    }

    /** Why, for those who look at it later. */
    public ResetOptions reason(String value) {
        return with("reason", Constraints.text("reason", value));
    }

    /** As set; null when not. */
    public @Nullable String reason() {
        return this.values.get("reason", String.class);
    }

    /**
     * Whether signals and updates that came after the point are given to the new run, in
     * their order and before anything new; true when not set.
     */
    public ResetOptions keepSignals(boolean value) {
        return with("keepSignals", value);
    }

    /** As set; true when not. */
    public boolean keepSignals() {
        return Objects.requireNonNullElse(this.values.get("keepSignals", Boolean.class), true);
    }

    /**
     * An id of 1 to 1,000 characters under which the reset is done once, however often it
     * is asked for; unique for good, among those of starts, too.
     */
    public ResetOptions requestId(String value) {
        return with("requestId", Constraints.id("requestId", value));
    }

    /** As set; null when not. */
    public @Nullable String requestId() {
        return this.values.get("requestId", String.class);
    }

    private ResetOptions with(String name, Object value) {
        return new ResetOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ResetOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "ResetOptions" + this.values;
    }

}

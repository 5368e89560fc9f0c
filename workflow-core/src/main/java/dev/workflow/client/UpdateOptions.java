package dev.workflow.client;

import dev.workflow.Constraints;
import dev.workflow.OptionValues;
import org.jspecify.annotations.Nullable;

/**
 * How an update is sent. Immutable: each method that sets something returns a new
 * instance.
 */
public final class UpdateOptions {

    private static final UpdateOptions DEFAULTS = new UpdateOptions(OptionValues.NONE);

    private final OptionValues values;

    private UpdateOptions(OptionValues values) {
        this.values = values;
    }

    /** Options in which nothing is set: a random update id. */
    public static UpdateOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Options with an update id of 1 to 1,000 characters: sent again, the first update is
     * followed.
     */
    public static UpdateOptions withId(String updateId) {
        return DEFAULTS.id(updateId);
    }

    /**
     * The update id, unique in the run; a random one when not set.
     */
    public UpdateOptions id(String value) {
        return with("id", Constraints.id("updateId", value));
    }

    /** As set; null when not. */
    public @Nullable String id() {
        return this.values.get("id", String.class);
    }

    private UpdateOptions with(String name, @Nullable Object value) {
        return new UpdateOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UpdateOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "UpdateOptions" + this.values;
    }

}

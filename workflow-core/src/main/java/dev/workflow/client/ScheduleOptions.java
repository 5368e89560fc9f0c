package dev.workflow.client;

import java.time.Duration;

import dev.workflow.Constraints;
import dev.workflow.OptionValues;
import org.jspecify.annotations.Nullable;

/**
 * How a schedule behaves. In an update of a schedule what is not set stays as it is.
 * Immutable: each method that sets something returns a new instance.
 */
public final class ScheduleOptions {

    private static final ScheduleOptions DEFAULTS = new ScheduleOptions(OptionValues.NONE);

    private final OptionValues values;

    private ScheduleOptions(OptionValues values) {
        this.values = values;
    }

    /** Options in which nothing is set. */
    public static ScheduleOptions defaults() {
        return DEFAULTS;
    }

    /**
     * What happens when it is time for a run and the one before has not ended;
     * {@link OverlapPolicy#SKIP} when not set.
     */
    public ScheduleOptions overlap(OverlapPolicy value) {
        return with("overlap", value);
    }

    /** As set; null when not. */
    public @Nullable OverlapPolicy overlap() {
        return this.values.get("overlap", OverlapPolicy.class);
    }

    /**
     * How late a run may be started that was missed while no node was up; a year when not
     * set. Less than ten seconds counts as ten.
     */
    public ScheduleOptions catchUpWindow(Duration value) {
        return with("catchUpWindow", Constraints.notNegative("catchUpWindow", value));
    }

    /** As set; null when not. */
    public @Nullable Duration catchUpWindow() {
        return this.values.get("catchUpWindow", Duration.class);
    }

    /**
     * Whether the schedule pauses itself when a run fails or times out; it does not when
     * not set.
     */
    public ScheduleOptions pauseOnFailure(boolean value) {
        return with("pauseOnFailure", value);
    }

    /** As set; null when not. */
    public @Nullable Boolean pauseOnFailure() {
        return this.values.get("pauseOnFailure", Boolean.class);
    }

    /**
     * How many more runs are started by time; 0 or more, unlimited when not set. Runs
     * started by hand do not count.
     */
    public ScheduleOptions remainingActions(long value) {
        return with("remainingActions", Constraints.between("remainingActions", value, 0, Long.MAX_VALUE));
    }

    /** As set; null when not. */
    public @Nullable Long remainingActions() {
        return this.values.get("remainingActions", Long.class);
    }

    /**
     * Whether the schedule is created paused; it is not when not set.
     */
    public ScheduleOptions paused(boolean value) {
        return with("paused", value);
    }

    /** As set; null when not. */
    public @Nullable Boolean paused() {
        return this.values.get("paused", Boolean.class);
    }

    /**
     * A text for people, such as why it is paused.
     */
    public ScheduleOptions note(String value) {
        return with("note", Constraints.text("note", value));
    }

    /** As set; null when not. */
    public @Nullable String note() {
        return this.values.get("note", String.class);
    }

    private ScheduleOptions with(String name, @Nullable Object value) {
        return new ScheduleOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScheduleOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "ScheduleOptions" + this.values;
    }

}

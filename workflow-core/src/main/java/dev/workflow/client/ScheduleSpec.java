package dev.workflow.client;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;

import dev.workflow.Constraints;
import dev.workflow.OptionValues;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule is due: by cron expressions, by an interval or by calendars. Immutable:
 * each method that sets something returns a new instance.
 */
public final class ScheduleSpec {

    private final OptionValues values;

    private ScheduleSpec(OptionValues values) {
        this.values = values;
    }

    /**
     * Due whenever one of the expressions says so: of five fields (minute, hour, day of
     * month, month, day of week), six with the second in front, seven with the year
     * behind, or {@code @daily} and the like. A time has to match every field, day of
     * month and day of week included.
     * @param expressions one or more cron expressions, which are read when the schedule
     * is created
     * @throws IllegalArgumentException when there is none, or a blank one
     */
    public static ScheduleSpec cron(String... expressions) {
        List<String> checked = Stream.of(expressions).map((expression) -> Constraints.id("cron", expression)).toList();
        return new ScheduleSpec(OptionValues.NONE.with("cron", atLeastOne("cron", checked)));
    }

    /**
     * Due at every multiple of the interval since 1970-01-01T00:00:00Z, whatever the time
     * zone.
     * @param interval greater than zero
     */
    public static ScheduleSpec every(Duration interval) {
        return every(interval, Duration.ZERO);
    }

    /**
     * As {@link #every(Duration)}, shifted.
     * @param interval greater than zero
     * @param offset zero or more, less than the interval
     */
    public static ScheduleSpec every(Duration interval, Duration offset) {
        Constraints.positive("interval", interval);
        if (Constraints.notNegative("offset", offset).compareTo(interval) >= 0) {
            throw new IllegalArgumentException(
                    "offset: expected less than the interval of " + interval + ", given " + offset);
        }
        return new ScheduleSpec(OptionValues.NONE.with("interval", interval).with("offset", offset));
    }

    /**
     * Due whenever one of the calendars says so.
     * @param calendars one or more
     * @throws IllegalArgumentException when there is none
     */
    public static ScheduleSpec calendar(CalendarSpec... calendars) {
        return new ScheduleSpec(OptionValues.NONE.with("calendars", atLeastOne("calendar", List.of(calendars))));
    }

    /** The cron expressions; empty when it is due by something else. */
    public List<String> cronExpressions() {
        return this.values.list("cron");
    }

    /** The interval; null when it is due by something else. */
    public @Nullable Duration interval() {
        return this.values.get("interval", Duration.class);
    }

    /** The shift of the interval; null when it is due by something else. */
    public @Nullable Duration offset() {
        return this.values.get("offset", Duration.class);
    }

    /** The calendars; empty when it is due by something else. */
    public List<CalendarSpec> calendars() {
        return this.values.list("calendars");
    }

    /**
     * Times at which it is not due after all.
     * @param calendars what to leave out, in place of what was left out before
     */
    public ScheduleSpec skip(CalendarSpec... calendars) {
        return with("skip", List.of(calendars));
    }

    /** As set; empty when not. */
    public List<CalendarSpec> skip() {
        return this.values.list("skip");
    }

    /**
     * The time zone of cron expressions and calendars; UTC when not set. A local time
     * that a clock change leaves out does not come on that day, and one that it repeats
     * comes twice.
     */
    public ScheduleSpec timeZone(ZoneId value) {
        return with("timeZone", value);
    }

    /** As set; null when not. */
    public @Nullable ZoneId timeZone() {
        return this.values.get("timeZone", ZoneId.class);
    }

    /**
     * By how much each run is put off at most; zero or more. How much it is depends on
     * the schedule and the time alone, and is never more than up to the next time.
     */
    public ScheduleSpec jitter(Duration value) {
        return with("jitter", Constraints.notNegative("jitter", value));
    }

    /** As set; null when not. */
    public @Nullable Duration jitter() {
        return this.values.get("jitter", Duration.class);
    }

    /**
     * Nothing is due before this.
     * @throws IllegalArgumentException when it is not before the end
     */
    public ScheduleSpec startAt(Instant value) {
        return with("startAt", value).checked();
    }

    /** As set; null when not. */
    public @Nullable Instant startAt() {
        return this.values.get("startAt", Instant.class);
    }

    /**
     * Nothing is due after this.
     * @throws IllegalArgumentException when it is not after the start
     */
    public ScheduleSpec endAt(Instant value) {
        return with("endAt", value).checked();
    }

    /** As set; null when not. */
    public @Nullable Instant endAt() {
        return this.values.get("endAt", Instant.class);
    }

    private ScheduleSpec checked() {
        Instant start = startAt();
        Instant end = endAt();
        if (start != null && end != null && !start.isBefore(end)) {
            throw new IllegalArgumentException("endAt: expected an instant after " + start + ", given " + end);
        }
        return this;
    }

    private ScheduleSpec with(String name, @Nullable Object value) {
        return new ScheduleSpec(this.values.with(name, value));
    }

    private static <T> List<T> atLeastOne(String name, List<T> elements) {
        if (elements.isEmpty()) {
            throw new IllegalArgumentException(name + ": expected at least one, given none");
        }
        return elements;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScheduleSpec that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "ScheduleSpec" + this.values;
    }

}

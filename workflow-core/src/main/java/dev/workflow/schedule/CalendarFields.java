package dev.workflow.schedule;

import java.time.LocalDateTime;

import dev.workflow.client.CalendarSpec;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * The fields of a calendar or of a cron expression: a local time matches when every field
 * does, day of month and day of week included. Spring's {@link CronExpression} reads them
 * and finds the next time; years come on top.
 */
final class CalendarFields implements LocalTimes {

    /**
     * Every expression that ever matches does within the years that a calendar repeats.
     */
    private static final LocalDateTime ANCHOR = LocalDateTime.of(2000, 1, 1, 0, 0);

    private final CronExpression fields;

    private final Years years;

    private final String text;

    private CalendarFields(CronExpression fields, Years years, String text) {
        this.fields = fields;
        this.years = years;
        this.text = text;
    }

    /**
     * Fields as Spring's expression has them: second, minute, hour, day of month, month,
     * day of week.
     * @param name what is given, for the message
     * @param given as the user wrote it
     */
    static CalendarFields of(String name, String given, String sixFields, String year) {
        try {
            CalendarFields fields = new CalendarFields(CronExpression.parse(sixFields), Years.parse(year), given);
            if (fields.fields.next(ANCHOR) == null) {
                throw new IllegalArgumentException("no date ever matches it");
            }
            return fields;
        }
        catch (IllegalArgumentException ex) {
            throw new IllegalArgumentException(name + ": " + ex.getMessage() + "; given \"" + given + '"', ex);
        }
    }

    static CalendarFields of(String name, CalendarSpec spec) {
        String fields = String.join(" ", spec.second(), spec.minute(), spec.hour(), spec.dayOfMonth(), spec.month(),
                spec.dayOfWeek());
        return of(name, fields + " " + spec.year(), fields, spec.year());
    }

    @Override
    public @Nullable LocalDateTime nextOrSame(LocalDateTime from) {
        LocalDateTime candidate = from;
        while (true) {
            candidate = this.fields.next(candidate.minusNanos(1));
            if (candidate == null) {
                return null;
            }
            Integer year = this.years.nextOrSame(candidate.getYear());
            if (year == null) {
                return null;
            }
            if (year == candidate.getYear()) {
                return candidate;
            }
            candidate = LocalDateTime.of(year, 1, 1, 0, 0);
        }
    }

    boolean matches(LocalDateTime time) {
        return time.equals(nextOrSame(time));
    }

    @Override
    public String toString() {
        return this.text;
    }

}

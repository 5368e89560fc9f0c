package dev.workflow.client;

import dev.workflow.Constraints;

/**
 * Instants by the fields of a calendar, each written as a field of a cron expression:
 * {@code "0"}, {@code "*"}, {@code "MON-FRI"}, {@code "1,15"}. An instant matches when
 * every field does.
 *
 * @param second 0 to 59
 * @param minute 0 to 59
 * @param hour 0 to 23
 * @param dayOfMonth 1 to 31
 * @param month 1 to 12, or {@code JAN} to {@code DEC}
 * @param dayOfWeek 0 to 7, where 0 and 7 are Sunday, or {@code MON} to {@code SUN}
 * @param year for example {@code 2027} or {@code 2026-2028}
 */
public record CalendarSpec(String second, String minute, String hour, String dayOfMonth, String month, String dayOfWeek,
        String year) {

    public CalendarSpec {
        Constraints.id("second", second);
        Constraints.id("minute", minute);
        Constraints.id("hour", hour);
        Constraints.id("dayOfMonth", dayOfMonth);
        Constraints.id("month", month);
        Constraints.id("dayOfWeek", dayOfWeek);
        Constraints.id("year", year);
    }

}

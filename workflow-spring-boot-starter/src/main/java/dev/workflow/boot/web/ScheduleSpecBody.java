package dev.workflow.boot.web;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonFormat;
import dev.workflow.Constraints;
import dev.workflow.client.CalendarSpec;
import dev.workflow.client.ScheduleSpec;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule is due, as it is written and shown.
 *
 * @param cron one expression, or several
 * @param interval from one time to the next
 * @param offset the shift of the interval
 * @param calendars calendars, in which missing seconds, minutes and hours are 0
 * @param skip calendars, in which whatever is missing is {@code *}
 * @param timeZone the id of a zone
 * @param jitter by how much it is put off at most
 * @param startAt the first instant
 * @param endAt the last instant
 */
record ScheduleSpecBody(@JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> cron,
        @Nullable Duration interval, @Nullable Duration offset,
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<Calendar> calendars,
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<Calendar> skip,
        @Nullable String timeZone, @Nullable Duration jitter, @Nullable String startAt, @Nullable String endAt) {

    static ScheduleSpecBody of(ScheduleSpec spec) {
        ZoneId zone = spec.timeZone();
        return new ScheduleSpecBody(orNull(spec.cronExpressions()), spec.interval(), spec.offset(),
                orNull(spec.calendars().stream().map(Calendar::of).toList()),
                orNull(spec.skip().stream().map(Calendar::of).toList()), (zone != null) ? zone.getId() : null,
                spec.jitter(), Objects.toString(spec.startAt(), null), Objects.toString(spec.endAt(), null));
    }

    private static <T> @Nullable List<T> orNull(List<T> values) {
        return values.isEmpty() ? null : values;
    }

    /**
     * The specification.
     * @throws IllegalArgumentException with what was expected
     */
    ScheduleSpec toSpec() {
        ScheduleSpec spec = times();
        spec = (this.skip != null) ? spec.skip(calendars("skip", this.skip, "*")) : spec;
        spec = (this.timeZone != null) ? spec.timeZone(zone(this.timeZone)) : spec;
        spec = (this.jitter != null) ? spec.jitter(this.jitter) : spec;
        spec = (this.startAt != null) ? spec.startAt(ScheduleResource.instant("spec.startAt", this.startAt)) : spec;
        return (this.endAt != null) ? spec.endAt(ScheduleResource.instant("spec.endAt", this.endAt)) : spec;
    }

    private ScheduleSpec times() {
        long given = Stream.of(this.cron, this.interval, this.calendars).filter(Objects::nonNull).count();
        if (given != 1) {
            throw new IllegalArgumentException("spec: expected one of cron, interval and calendars, given " + given);
        }
        if (this.interval == null && this.offset != null) {
            throw new IllegalArgumentException("spec.offset: expected with an interval only");
        }
        if (this.cron != null) {
            return ScheduleSpec.cron(this.cron.toArray(String[]::new));
        }
        if (this.calendars != null) {
            return ScheduleSpec.calendar(calendars("calendars", this.calendars, "0"));
        }
        return ScheduleSpec.every(Objects.requireNonNull(this.interval),
                Objects.requireNonNullElse(this.offset, Duration.ZERO));
    }

    private static CalendarSpec[] calendars(String name, List<Calendar> given, String timeOfDay) {
        CalendarSpec[] calendars = new CalendarSpec[given.size()];
        for (int i = 0; i < calendars.length; i++) {
            calendars[i] = Constraints.notNull("spec." + name + "[" + i + "]", given.get(i)).toSpec(timeOfDay);
        }
        return calendars;
    }

    private static ZoneId zone(String id) {
        try {
            return ZoneId.of(id);
        }
        catch (DateTimeException ex) {
            throw new IllegalArgumentException(
                    "spec.timeZone: expected the id of a time zone such as Europe/Berlin, given " + id, ex);
        }
    }

    /** The fields of a calendar, each as in cron. */
    record Calendar(@Nullable String second, @Nullable String minute, @Nullable String hour,
            @Nullable String dayOfMonth, @Nullable String month, @Nullable String dayOfWeek, @Nullable String year) {

        static Calendar of(CalendarSpec spec) {
            return new Calendar(spec.second(), spec.minute(), spec.hour(), spec.dayOfMonth(), spec.month(),
                    spec.dayOfWeek(), spec.year());
        }

        CalendarSpec toSpec(String timeOfDay) {
            return new CalendarSpec(or(this.second, timeOfDay), or(this.minute, timeOfDay), or(this.hour, timeOfDay),
                    or(this.dayOfMonth, "*"), or(this.month, "*"), or(this.dayOfWeek, "*"), or(this.year, "*"));
        }

        private static String or(@Nullable String value, String otherwise) {
            return (value != null) ? value : otherwise;
        }

    }

}

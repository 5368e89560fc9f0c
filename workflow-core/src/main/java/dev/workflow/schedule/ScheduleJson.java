package dev.workflow.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;

import dev.workflow.client.CalendarSpec;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.payload.StoredJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The stored form of what has no columns of its own. */
public final class ScheduleJson {

    private static final JsonMapper MAPPER = StoredJson.mapper().build();

    private ScheduleJson() {
    }

    /** Writes a specification. */
    public static String write(ScheduleSpec spec) {
        ZoneId zone = spec.timeZone();
        return StoredJson.write(MAPPER.writer(),
                new StoredSpec(spec.cronExpressions(), spec.interval(), spec.offset(), spec.calendars(), spec.skip(),
                        (zone != null) ? zone.getId() : null, spec.jitter(), spec.startAt(), spec.endAt()));
    }

    /** Reads a specification. */
    public static ScheduleSpec readSpec(String json) {
        StoredSpec stored = Objects.requireNonNull(StoredJson.read(MAPPER.readerFor(StoredSpec.class), json));
        return stored.spec();
    }

    /** Writes what is before and behind a schedule. */
    public static String write(Progress progress) {
        return StoredJson.write(MAPPER.writer(), progress);
    }

    /** Reads what is before and behind a schedule. */
    public static Progress readProgress(String json) {
        return Objects.requireNonNull(StoredJson.read(MAPPER.readerFor(Progress.class), json));
    }

    /** A specification, each part as it was set. */
    private record StoredSpec(List<String> cron, @Nullable Duration interval, @Nullable Duration offset,
            List<CalendarSpec> calendars, List<CalendarSpec> skip, @Nullable String timeZone, @Nullable Duration jitter,
            @Nullable Instant startAt, @Nullable Instant endAt) {

        ScheduleSpec spec() {
            ScheduleSpec spec = times();
            spec = this.skip.isEmpty() ? spec : spec.skip(this.skip.toArray(CalendarSpec[]::new));
            spec = (this.timeZone != null) ? spec.timeZone(ZoneId.of(this.timeZone)) : spec;
            spec = (this.jitter != null) ? spec.jitter(this.jitter) : spec;
            spec = (this.startAt != null) ? spec.startAt(this.startAt) : spec;
            return (this.endAt != null) ? spec.endAt(this.endAt) : spec;
        }

        private ScheduleSpec times() {
            if (this.interval != null) {
                return ScheduleSpec.every(this.interval, Objects.requireNonNullElse(this.offset, Duration.ZERO));
            }
            return this.calendars.isEmpty() ? ScheduleSpec.cron(this.cron.toArray(String[]::new))
                    : ScheduleSpec.calendar(this.calendars.toArray(CalendarSpec[]::new));
        }

    }

}

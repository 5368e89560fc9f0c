package dev.workflow.schedule;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.workflow.client.CalendarSpec;
import dev.workflow.client.ScheduleSpec;
import org.jspecify.annotations.Nullable;

/**
 * The times of one schedule. A <em>nominal</em> time is what its specification says; its
 * <em>actual</em> time is later by the jitter, which is a function of the schedule and
 * that time, so that all nodes and every repetition agree on it.
 */
public final class ScheduleTimes {

    /** Nothing is due from here on. */
    static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

    /** How many times in a row may be left out before it counts as all of them. */
    private static final int MAX_SKIPPED = 1_000_000;

    private static final Duration MIN_INTERVAL = Duration.ofMillis(1);

    private final String scheduleId;

    private final ScheduleSpec spec;

    private final ZoneId zone;

    private final List<ZonedTimes> times;

    private final List<Skip> skips;

    private final Duration jitter;

    private ScheduleTimes(String scheduleId, ScheduleSpec spec) {
        this.scheduleId = scheduleId;
        this.spec = spec;
        this.zone = Objects.requireNonNullElse(spec.timeZone(), ZoneOffset.UTC);
        this.times = Stream
            .concat(spec.cronExpressions().stream().map((cron) -> CronSchedule.zoned(cron, this.zone)),
                    spec.calendars().stream().map((calendar) -> calendar("calendar", calendar)))
            .toList();
        this.skips = spec.skip().stream().map((calendar) -> new Skip(calendar, fields("skip", calendar))).toList();
        this.jitter = Objects.requireNonNullElse(spec.jitter(), Duration.ZERO);
        checkInterval(spec.interval(), spec.offset());
    }

    /**
     * The times of a schedule.
     * @param scheduleId its id, on which the jitter depends
     * @throws IllegalArgumentException when an expression, a calendar or the interval is
     * not acceptable, naming what was expected
     */
    public static ScheduleTimes of(String scheduleId, ScheduleSpec spec) {
        return new ScheduleTimes(scheduleId, spec);
    }

    private ZonedTimes calendar(String name, CalendarSpec calendar) {
        return new ZonedTimes(fields(name, calendar), this.zone);
    }

    private static CalendarFields fields(String name, CalendarSpec calendar) {
        return CalendarFields.of(name, calendar);
    }

    private static void checkInterval(@Nullable Duration interval, @Nullable Duration offset) {
        if (interval == null) {
            return;
        }
        boolean whole = interval.toNanosPart() % 1_000 == 0 && (offset == null || offset.toNanosPart() % 1_000 == 0);
        if (interval.compareTo(MIN_INTERVAL) < 0 || !whole) {
            throw new IllegalArgumentException("interval: expected at least " + MIN_INTERVAL
                    + ", in whole microseconds like its offset, given " + interval);
        }
    }

    /**
     * The first nominal time after the given instant; null when there is none any more.
     */
    public @Nullable Instant after(Instant instant) {
        Instant start = this.spec.startAt();
        Instant from = (start != null && instant.isBefore(start)) ? start.minusNanos(1) : instant;
        for (int i = 0; i < MAX_SKIPPED && from.isBefore(END); i++) {
            Instant next = unskippedAfter(from);
            if (next == null || isAfterEnd(next)) {
                return null;
            }
            Instant resume = skippedUntil(next);
            if (resume == null) {
                return next;
            }
            from = resume;
        }
        return null;
    }

    private boolean isAfterEnd(Instant time) {
        Instant end = this.spec.endAt();
        return !time.isBefore(END) || (end != null && time.isAfter(end));
    }

    private @Nullable Instant unskippedAfter(Instant from) {
        Duration interval = this.spec.interval();
        if (interval != null) {
            return onGrid(from, micros(interval),
                    micros(Objects.requireNonNullElse(this.spec.offset(), Duration.ZERO)));
        }
        Instant first = null;
        for (ZonedTimes source : this.times) {
            Instant next = source.after(from);
            if (next != null && (first == null || next.isBefore(first))) {
                first = next;
            }
        }
        return first;
    }

    private static Instant onGrid(Instant from, long interval, long offset) {
        long after = ChronoUnit.MICROS.between(Instant.EPOCH, from.truncatedTo(ChronoUnit.MICROS));
        long steps = Math.floorDiv(after - offset, interval) + 1;
        return Instant.EPOCH.plus(offset + steps * interval, ChronoUnit.MICROS);
    }

    private static long micros(Duration duration) {
        return duration.toSeconds() * 1_000_000 + duration.toNanosPart() / 1_000;
    }

    /**
     * Null when the time is not left out; else the last instant that is known to be left
     * out with it.
     */
    private @Nullable Instant skippedUntil(Instant time) {
        LocalDateTime local = LocalDateTime.ofInstant(time, this.zone);
        for (Skip skip : this.skips) {
            if (skip.fields().matches(local.truncatedTo(ChronoUnit.SECONDS))) {
                Instant end = time.plus(Duration.between(local, skip.nextUnit(local)));
                // Local times and instants go in step up to the next clock change only.
                ZoneOffsetTransition change = this.zone.getRules().nextTransition(time);
                Instant known = (change != null && change.getInstant().isBefore(end)) ? change.getInstant() : end;
                return known.minusNanos(1);
            }
        }
        return null;
    }

    /** When a run of that nominal time is started. */
    public Instant actual(Instant nominal) {
        if (this.jitter.isZero()) {
            return nominal;
        }
        Instant next = after(nominal);
        Duration limit = (next != null && nominal.plus(this.jitter).isAfter(next)) ? Duration.between(nominal, next)
                : this.jitter;
        String seed = this.scheduleId + "@" + nominal;
        long hash = UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).getLeastSignificantBits();
        double share = (hash & 0x1F_FFFF_FFFF_FFFFL) / (double) 0x20_0000_0000_0000L;
        return nominal.plus((long) (share * micros(limit)), ChronoUnit.MICROS);
    }

    /** The next actual times after an instant, soonest first, at most so many. */
    public List<Instant> next(Instant after, int limit) {
        List<Instant> next = new ArrayList<>();
        Instant nominal = after(after);
        for (int i = 0; i < limit && nominal != null; i++) {
            next.add(actual(nominal));
            nominal = after(nominal);
        }
        return next;
    }

    /** What is left out, and how much of what follows is left out with it. */
    private record Skip(CalendarSpec calendar, CalendarFields fields) {

        private static final List<ChronoUnit> UNITS = List.of(ChronoUnit.SECONDS, ChronoUnit.MINUTES, ChronoUnit.HOURS,
                ChronoUnit.DAYS);

        /** The begin of the first second, minute, hour or day that may be different. */
        LocalDateTime nextUnit(LocalDateTime local) {
            List<String> finer = List.of(this.calendar.second(), this.calendar.minute(), this.calendar.hour());
            int any = (int) IntStream.range(0, finer.size()).takeWhile((i) -> finer.get(i).equals("*")).count();
            ChronoUnit unit = UNITS.get(any);
            return local.truncatedTo(unit).plus(1, unit);
        }

    }

}

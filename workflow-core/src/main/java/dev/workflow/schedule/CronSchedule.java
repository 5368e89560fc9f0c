package dev.workflow.schedule;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

import dev.workflow.Constraints;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * A cron expression: five fields (minute, hour, day of month, month, day of week), six
 * with the second in front, seven with the year behind them, or {@code @yearly},
 * {@code @monthly}, {@code @weekly}, {@code @daily} or {@code @hourly}; in UTC, unless
 * {@code CRON_TZ=Europe/Berlin} stands before it. A time has to match every field, day of
 * month and day of week included.
 */
public final class CronSchedule {

    private static final String EXPECTED = "expected 5 fields (minute, hour, day of month, month, day of week), 6 with "
            + "the second in front, 7 with the year behind, or @yearly, @monthly, @weekly, @daily or @hourly";

    private final ZonedTimes times;

    private CronSchedule(ZonedTimes times) {
        this.times = times;
    }

    /**
     * Reads an expression.
     * @throws IllegalArgumentException when it is none, naming what was expected
     */
    public static CronSchedule parse(String expression) {
        return parse(expression, ZoneOffset.UTC);
    }

    /**
     * Reads an expression.
     * @param zone its time zone, where it names none itself
     * @throws IllegalArgumentException when it is none, naming what was expected
     */
    public static CronSchedule parse(String expression, ZoneId zone) {
        return new CronSchedule(zoned(expression, zone));
    }

    static ZonedTimes zoned(String expression, ZoneId zone) {
        String fields = Constraints.id("cron", expression).strip();
        ZoneId own = zone;
        if (fields.startsWith("CRON_TZ=") || fields.startsWith("TZ=")) {
            String[] parts = fields.split("\\s+", 2);
            own = zone(parts[0].substring(parts[0].indexOf('=') + 1), expression);
            fields = (parts.length > 1) ? parts[1] : "";
        }
        return new ZonedTimes(fields(fields, expression), own);
    }

    private static ZoneId zone(String name, String expression) {
        try {
            return ZoneId.of(name);
        }
        catch (DateTimeException ex) {
            throw new IllegalArgumentException("cron: expected a time zone such as Europe/Berlin behind TZ=, not '"
                    + name + "'; given \"" + expression + '"', ex);
        }
    }

    private static CalendarFields fields(String text, String expression) {
        if (text.startsWith("@")) {
            return CalendarFields.of("cron", expression, text, "*");
        }
        List<String> fields = List.of(StringUtils.tokenizeToStringArray(text, " \t"));
        return switch (fields.size()) {
            case 5 -> CalendarFields.of("cron", expression, "0 " + text, "*");
            case 6 -> CalendarFields.of("cron", expression, text, "*");
            case 7 -> CalendarFields.of("cron", expression, String.join(" ", fields.subList(0, 6)), fields.getLast());
            default -> throw new IllegalArgumentException("cron: " + EXPECTED + "; given \"" + expression + '"');
        };
    }

    /** When it is due first after the given instant; null when never any more. */
    public @Nullable Instant after(Instant instant) {
        return this.times.after(instant);
    }

}

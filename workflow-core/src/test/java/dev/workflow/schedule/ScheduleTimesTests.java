package dev.workflow.schedule;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.workflow.client.CalendarSpec;
import dev.workflow.client.ScheduleSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The times of schedules, against lists that were written by hand and against going
 * through every minute and asking each whether it matches.
 */
class ScheduleTimesTests {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> times(ScheduleSpec spec, String after, int count) {
        ScheduleTimes times = ScheduleTimes.of("s", spec);
        List<String> found = new ArrayList<>();
        Instant next = times.after(Instant.parse(after));
        while (next != null && found.size() < count) {
            found.add(next.toString());
            next = times.after(next);
        }
        return found;
    }

    @Test
    void timeThatTheClockChangeLeavesOutDoesNotComeOnThatDay() {
        assertThat(times(ScheduleSpec.cron("30 2 * * *").timeZone(BERLIN), "2026-03-27T12:00:00Z", 4)).containsExactly(
                "2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z", "2026-04-01T00:30:00Z");
    }

    @Test
    void timeThatTheClockChangeRepeatsComesTwice() {
        assertThat(times(ScheduleSpec.cron("30 2 * * *").timeZone(BERLIN), "2026-10-23T12:00:00Z", 4)).containsExactly(
                "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z");
    }

    @Test
    void hoursThatPassAreHoursOnEveryDay() {
        assertThat(times(ScheduleSpec.cron("0 * * * *").timeZone(BERLIN), "2026-03-29T00:00:00Z", 3))
            .containsExactly("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z");
        assertThat(times(ScheduleSpec.cron("0 * * * *").timeZone(BERLIN), "2026-10-24T23:00:00Z", 4)).containsExactly(
                "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z");
    }

    @Test
    void placesThatLeftOutADayOrMoveByHalfAnHourAreFollowed() {
        // Samoa had no 30 December 2011.
        assertThat(
                times(ScheduleSpec.cron("0 12 * * *").timeZone(ZoneId.of("Pacific/Apia")), "2011-12-28T23:00:00Z", 3))
            .containsExactly("2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z", "2011-12-31T22:00:00Z");
        // On Lord Howe Island clocks go from 02:00 to 01:30 on 5 April 2026.
        assertThat(times(ScheduleSpec.cron("45 1 5 4 *").timeZone(ZoneId.of("Australia/Lord_Howe")),
                "2026-04-01T00:00:00Z", 2))
            .containsExactly("2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z");
    }

    @Test
    void leapDaysComeInLeapYearsOnly() {
        assertThat(times(ScheduleSpec.cron("0 12 29 2 *"), "2023-01-01T00:00:00Z", 3))
            .containsExactly("2024-02-29T12:00:00Z", "2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z");
        assertThat(times(ScheduleSpec.cron("0 0 29 2 *"), "2096-03-01T00:00:00Z", 1))
            .containsExactly("2104-02-29T00:00:00Z");
        assertThat(times(ScheduleSpec.cron("0 0 29 2 MON"), "2016-03-01T00:00:00Z", 1))
            .containsExactly("2044-02-29T00:00:00Z");
        assertThat(times(ScheduleSpec.cron("0 0 31 * *"), "2026-01-31T00:00:00Z", 3))
            .containsExactly("2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z", "2026-07-31T00:00:00Z");
    }

    @Test
    void dayOfMonthAndDayOfWeekBothHaveToMatch() {
        assertThat(times(ScheduleSpec.cron("0 0 13 * FRI"), "2026-01-01T00:00:00Z", 3))
            .containsExactly("2026-02-13T00:00:00Z", "2026-03-13T00:00:00Z", "2026-11-13T00:00:00Z");
    }

    @Test
    void fieldsMayBeFiveSixOrSevenOrAName() {
        assertThat(times(ScheduleSpec.cron("*/20 * * * *"), "2026-01-01T00:00:00Z", 3))
            .containsExactly("2026-01-01T00:20:00Z", "2026-01-01T00:40:00Z", "2026-01-01T01:00:00Z");
        assertThat(times(ScheduleSpec.cron("*/20 * * * * *"), "2026-01-01T00:00:00Z", 2))
            .containsExactly("2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z");
        assertThat(times(ScheduleSpec.cron("0 0 0 1 1 * 2028,2030-2031"), "2026-01-01T00:00:00Z", 9))
            .containsExactly("2028-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z");
        assertThat(times(ScheduleSpec.cron("@daily"), "2026-01-01T00:00:00Z", 1))
            .containsExactly("2026-01-02T00:00:00Z");
        assertThat(times(ScheduleSpec.cron("@weekly"), "2026-01-01T00:00:00Z", 1))
            .containsExactly("2026-01-04T00:00:00Z");
        assertThat(times(ScheduleSpec.cron("0 9 * * 7"), "2026-01-01T00:00:00Z", 1))
            .containsExactly("2026-01-04T09:00:00Z");
        assertThat(times(ScheduleSpec.cron("CRON_TZ=Europe/Berlin 0 9 * * *"), "2026-01-01T00:00:00Z", 1))
            .containsExactly("2026-01-01T08:00:00Z");
        assertThat(times(ScheduleSpec.cron("0 9 * * *", "30 9 * * *", "0 9 * * *"), "2026-01-01T00:00:00Z", 3))
            .containsExactly("2026-01-01T09:00:00Z", "2026-01-01T09:30:00Z", "2026-01-02T09:00:00Z");
    }

    @Test
    void intervalsBeginAtTheEpochWhateverTheZone() {
        assertThat(times(ScheduleSpec.every(Duration.ofHours(6)).timeZone(BERLIN), "2026-03-29T00:00:00Z", 3))
            .containsExactly("2026-03-29T06:00:00Z", "2026-03-29T12:00:00Z", "2026-03-29T18:00:00Z");
        assertThat(times(ScheduleSpec.every(Duration.ofDays(7), Duration.ofDays(4).plusHours(1)),
                "2026-01-01T00:00:00Z", 2))
            .containsExactly("2026-01-05T01:00:00Z", "2026-01-12T01:00:00Z");
        assertThat(times(ScheduleSpec.every(Duration.ofMinutes(7)), "1969-12-31T23:50:00Z", 3))
            .containsExactly("1969-12-31T23:53:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:07:00Z");
    }

    @Test
    void beginAndEndAreIncluded() {
        ScheduleSpec spec = ScheduleSpec.every(Duration.ofHours(1))
            .startAt(Instant.parse("2026-01-02T00:00:00Z"))
            .endAt(Instant.parse("2026-01-02T02:00:00Z"));
        assertThat(times(spec, "2026-01-01T00:00:00Z", 9)).containsExactly("2026-01-02T00:00:00Z",
                "2026-01-02T01:00:00Z", "2026-01-02T02:00:00Z");
        assertThat(times(spec.endAt(Instant.parse("2026-01-02T00:30:00Z")), "2026-01-03T00:00:00Z", 1)).isEmpty();
    }

    @Test
    void whatBeginsAfterAllTimesIsNeverDue() {
        Instant start = Instant.parse("+300000-01-01T00:00:00Z");
        assertThat(times(ScheduleSpec.every(Duration.ofHours(1)).startAt(start), "2026-01-01T00:00:00Z", 1)).isEmpty();
        assertThat(times(ScheduleSpec.cron("@daily").startAt(start), "2026-01-01T00:00:00Z", 1)).isEmpty();
    }

    @Test
    void whatIsSkippedIsLeftOutHoweverMuchItIs() {
        CalendarSpec december = new CalendarSpec("*", "*", "*", "*", "DEC", "*", "*");
        CalendarSpec lunch = new CalendarSpec("*", "*", "12", "*", "*", "*", "*");
        CalendarSpec oneMinute = new CalendarSpec("0", "1", "*", "*", "*", "*", "*");
        assertThat(times(ScheduleSpec.cron("* * * * * *").skip(december), "2026-11-30T23:59:58Z", 2))
            .containsExactly("2026-11-30T23:59:59Z", "2027-01-01T00:00:00Z");
        assertThat(times(ScheduleSpec.every(Duration.ofMillis(500)).skip(lunch), "2026-01-01T11:59:59Z", 2))
            .containsExactly("2026-01-01T11:59:59.500Z", "2026-01-01T13:00:00Z");
        assertThat(times(ScheduleSpec.cron("* * * * *").skip(oneMinute), "2026-01-01T00:00:00Z", 1))
            .containsExactly("2026-01-01T00:02:00Z");
        assertThat(times(ScheduleSpec.cron("0 0 * * *").skip(new CalendarSpec("*", "*", "*", "*", "*", "*", "*")),
                "2026-01-01T00:00:00Z", 1))
            .isEmpty();
        // The skipped minute 59 of the hour that is repeated hides nothing of the second
        // pass.
        CalendarSpec last = new CalendarSpec("*", "59", "*", "*", "*", "*", "*");
        assertThat(times(ScheduleSpec.cron("*/59 2 * * *").timeZone(BERLIN).skip(last), "2026-10-25T00:00:00Z", 2))
            .containsExactly("2026-10-25T01:00:00Z", "2026-10-26T01:00:00Z");
    }

    @Test
    void jitterIsAFunctionOfScheduleAndTimeAndNeverPassesTheNextOne() {
        ScheduleSpec spec = ScheduleSpec.every(Duration.ofMinutes(1)).jitter(Duration.ofMinutes(5));
        ScheduleTimes times = ScheduleTimes.of("s", spec);
        ScheduleTimes other = ScheduleTimes.of("t", spec);
        Set<Duration> offsets = new TreeSet<>();
        int different = 0;
        Instant nominal = Instant.parse("2026-01-01T00:00:00Z");
        for (int i = 0; i < 1_000; i++) {
            Instant actual = times.actual(nominal);
            assertThat(actual).isEqualTo(ScheduleTimes.of("s", spec).actual(nominal));
            assertThat(actual).isAfterOrEqualTo(nominal).isBefore(nominal.plusSeconds(60));
            offsets.add(Duration.between(nominal, actual));
            different += actual.equals(other.actual(nominal)) ? 0 : 1;
            nominal = nominal.plusSeconds(60);
        }
        assertThat(different).isGreaterThan(990);
        assertThat(offsets).hasSizeGreaterThan(990);
        long early = offsets.stream().filter((offset) -> offset.toSeconds() < 30).count();
        assertThat(early).as("of 1000 in the first half").isBetween(400L, 600L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            value = { "* * *|expected 5 fields", "61 * * * *|given \"61 * * * *\"", "x * * * *|given \"x * * * *\"",
                    "0 0 30 2 *|no date ever matches it", "@reboot|given \"@reboot\"",
                    "TZ=Mars/Olympus 0 0 * * *|expected a time zone such as Europe/Berlin",
                    "0 0 0 1 1 * 20|expected years from 1970 to 9998" })
    void whatIsNoExpressionIsRefusedWithWhatWasExpected(String expression, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> ScheduleTimes.of("s", ScheduleSpec.cron(expression)))
            .withMessageStartingWith("cron: ")
            .withMessageContaining(message);
    }

    @Test
    void calendarsAndIntervalsThatCannotBeAreRefused() {
        CalendarSpec bad = new CalendarSpec("0", "0", "24", "*", "*", "*", "*");
        assertThatIllegalArgumentException().isThrownBy(() -> ScheduleTimes.of("s", ScheduleSpec.calendar(bad)))
            .withMessageStartingWith("calendar: ");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ScheduleTimes.of("s", ScheduleSpec.cron("@daily").skip(bad)))
            .withMessageStartingWith("skip: ");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ScheduleTimes.of("s", ScheduleSpec.every(Duration.ofNanos(5_000_500))))
            .withMessageStartingWith("interval: ");
    }

    /**
     * Random sets of minutes, hours, days, months and days of the week, in random zones,
     * around the clock changes of a random year.
     */
    @Test
    void everyMinuteThatMatchesIsFoundAndNoOther() {
        long seed = System.nanoTime();
        System.out.println("ScheduleTimesTests.everyMinuteThatMatchesIsFoundAndNoOther: seed " + seed);
        Random random = new Random(seed);
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        for (int i = 0; i < 300; i++) {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Fields fields = Fields.random(random);
            Instant begin = begin(zone, random);
            ScheduleSpec spec = random.nextBoolean() ? ScheduleSpec.cron(fields.cron()).timeZone(zone)
                    : ScheduleSpec.calendar(fields.calendar()).timeZone(zone);
            List<Instant> expected = new ArrayList<>();
            Instant end = begin.plus(Duration.ofDays(3));
            for (Instant t = begin.plusSeconds(60); !t.isAfter(end); t = t.plusSeconds(60)) {
                if (fields.matches(t.atZone(zone))) {
                    expected.add(t);
                }
            }
            List<Instant> found = new ArrayList<>();
            ScheduleTimes times = ScheduleTimes.of("s", spec);
            for (Instant t = times.after(begin); t != null && !t.isAfter(end); t = times.after(t)) {
                found.add(t);
            }
            assertThat(found).as("seed %d, round %d, %s from %s", seed, i, spec, begin).isEqualTo(expected);
        }
    }

    private static Instant begin(ZoneId zone, Random random) {
        Instant somewhere = Instant.parse("1990-01-01T00:00:00Z")
            .plus(random.nextInt(365 * 60), ChronoUnit.DAYS)
            .truncatedTo(ChronoUnit.MINUTES);
        ZoneOffsetTransition change = zone.getRules().nextTransition(somewhere);
        return (change != null) ? change.getInstant().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(40))
                : somewhere;
    }

    private record Fields(Set<Integer> minutes, Set<Integer> hours, Set<Integer> days, Set<Integer> months,
            Set<Integer> weekdays) {

        static Fields random(Random random) {
            return new Fields(some(random, 0, 59, 4), some(random, 0, 23, 2), some(random, 1, 31, 2),
                    some(random, 1, 12, 2), some(random, 1, 7, 2));
        }

        /** All of them, or each of them every so often. */
        private static Set<Integer> some(Random random, int from, int to, int oneOf) {
            int step = random.nextBoolean() ? 1 : oneOf;
            Set<Integer> some = IntStream.rangeClosed(from, to)
                .filter((value) -> random.nextInt(step) == 0)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
            return some.isEmpty() ? Set.of(from) : some;
        }

        boolean matches(ZonedDateTime time) {
            return time.getSecond() == 0 && this.minutes.contains(time.getMinute())
                    && this.hours.contains(time.getHour()) && this.days.contains(time.getDayOfMonth())
                    && this.months.contains(time.getMonthValue())
                    && this.weekdays.contains(time.getDayOfWeek().getValue());
        }

        private static String list(Set<Integer> values) {
            return values.stream().map(String::valueOf).collect(Collectors.joining(","));
        }

        private String weekdayNames() {
            return this.weekdays.stream()
                .map((day) -> DayOfWeek.of(day).name().substring(0, 3))
                .collect(Collectors.joining(","));
        }

        String cron() {
            return String.join(" ", list(this.minutes), list(this.hours), list(this.days), list(this.months),
                    weekdayNames());
        }

        CalendarSpec calendar() {
            return new CalendarSpec("0", list(this.minutes), list(this.hours), list(this.days), list(this.months),
                    list(this.weekdays), "*");
        }

    }

}

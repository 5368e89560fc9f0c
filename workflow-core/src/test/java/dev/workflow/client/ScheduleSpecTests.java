package dev.workflow.client;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ScheduleSpecTests {

    private static final CalendarSpec NOON = new CalendarSpec("0", "0", "12", "*", "*", "MON-FRI", "*");

    @Test
    void whatIsSetIsReadBack() {
        ScheduleSpec cron = ScheduleSpec.cron("0 0 * * * *", "0 30 * * * *")
            .skip(NOON)
            .timeZone(ZoneId.of("Europe/Berlin"))
            .jitter(Duration.ofSeconds(5))
            .startAt(Instant.EPOCH)
            .endAt(Instant.EPOCH.plusSeconds(1));

        assertThat(cron.cronExpressions()).containsExactly("0 0 * * * *", "0 30 * * * *");
        assertThat(cron.skip()).containsExactly(NOON);
        assertThat(cron.timeZone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(cron.jitter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(cron.startAt()).isEqualTo(Instant.EPOCH);
        assertThat(cron.endAt()).isEqualTo(Instant.EPOCH.plusSeconds(1));
        assertThat(cron.interval()).isNull();
        assertThat(cron.calendars()).isEmpty();
        assertThat(ScheduleSpec.calendar(NOON).calendars()).containsExactly(NOON);
        assertThat(ScheduleSpec.every(Duration.ofHours(1)))
            .isEqualTo(ScheduleSpec.every(Duration.ofHours(1), Duration.ZERO));
    }

    @Test
    void timesThatCanNeverComeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ScheduleSpec.cron())
            .withMessage("cron: expected at least one, given none");
        assertThatIllegalArgumentException().isThrownBy(() -> ScheduleSpec.cron(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> ScheduleSpec.calendar());
        assertThatIllegalArgumentException().isThrownBy(() -> ScheduleSpec.every(Duration.ZERO));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ScheduleSpec.every(Duration.ofSeconds(1), Duration.ofSeconds(1)))
            .withMessage("offset: expected less than the interval of PT1S, given PT1S");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ScheduleSpec.calendar(NOON).endAt(Instant.EPOCH).startAt(Instant.EPOCH));
    }

}

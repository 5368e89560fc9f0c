package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EngineClockTests {

    private static final Instant LOCAL = Instant.parse("2026-01-01T00:00:00Z");

    private final EngineClock clock = new EngineClock(() -> LOCAL, true);

    private void measure(Duration ahead, Duration took) {
        this.clock.steer(LOCAL.plus(ahead), LOCAL, LOCAL.plus(took));
    }

    @Test
    void firstMeasurementIsTakenInTheMiddle() {
        measure(Duration.ofHours(1), Duration.ofMillis(10));
        assertThat(this.clock.instant()).isEqualTo(LOCAL.plus(Duration.ofHours(1)).minusMillis(5));
    }

    @Test
    void answerThatTookLongDoesNotMoveWhatItLeavesPossible() {
        measure(Duration.ofMillis(1), Duration.ofMillis(2));
        assertThat(this.clock.offset()).isEqualTo(Duration.ZERO);
        measure(Duration.ofSeconds(10), Duration.ofSeconds(10));
        measure(Duration.ZERO, Duration.ofSeconds(10));
        assertThat(this.clock.offset()).isEqualTo(Duration.ZERO);
    }

    @Test
    void clockFollowsWhatIsCertain() {
        measure(Duration.ofMillis(1), Duration.ofMillis(2));
        measure(Duration.ofSeconds(5), Duration.ofSeconds(2));
        assertThat(this.clock.offset()).isEqualTo(Duration.ofSeconds(3));
        measure(Duration.ofSeconds(1), Duration.ofMillis(2));
        assertThat(this.clock.offset()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void clockThatTestsMoveIsNotSteered() {
        EngineClock skipped = new EngineClock(() -> LOCAL, false);
        skipped.steer(LOCAL.plusSeconds(60), LOCAL, LOCAL);
        assertThat(skipped.instant()).isEqualTo(LOCAL);
    }

}

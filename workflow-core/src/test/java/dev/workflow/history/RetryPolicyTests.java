package dev.workflow.history;

import java.time.Duration;
import java.util.List;

import dev.workflow.RetryOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RetryPolicyTests {

    private static final RetryOptions DEFAULTS = RetryOptions.defaults()
        .initialInterval(Duration.ofSeconds(5))
        .maximumInterval(Duration.ofSeconds(20))
        .doNotRetry("Declined");

    @Test
    void whatIsNotSetIsTakenFromTheDefaultsAndInTheEndFromTheEngine() {
        assertThat(RetryPolicy.of(RetryOptions.none(), DEFAULTS))
            .isEqualTo(new RetryPolicy(Duration.ofSeconds(5), 2, Duration.ofSeconds(20), 1, List.of("Declined")));
        assertThat(RetryPolicy.of(RetryOptions.defaults(), RetryOptions.defaults()))
            .isEqualTo(new RetryPolicy(Duration.ofSeconds(1), 2, Duration.ofSeconds(100), 0, List.of()));
    }

    @Test
    void pausesBelowAMillisecondGrow() {
        RetryPolicy policy = RetryPolicy.of(RetryOptions.defaults().initialInterval(Duration.ofNanos(300_000)),
                RetryOptions.defaults());
        assertThat(policy.intervalAfter(1)).isEqualTo(Duration.ofNanos(300_000));
        assertThat(policy.intervalAfter(2)).isEqualTo(Duration.ofNanos(600_000));
        assertThat(policy.intervalAfter(4)).isEqualTo(Duration.ofMillis(2));
        assertThat(policy.intervalAfter(40)).isEqualTo(Duration.ofSeconds(100));
        RetryPolicy brief = RetryPolicy.of(RetryOptions.defaults()
            .initialInterval(Duration.ofNanos(200_000))
            .maximumInterval(Duration.ofNanos(500_000)), RetryOptions.defaults());
        assertThat(brief.intervalAfter(40)).isEqualTo(Duration.ofNanos(500_000));
    }

    @Test
    void defaultForTheLongestPauseCutsNoInitialOne() {
        RetryPolicy policy = RetryPolicy.of(RetryOptions.defaults().initialInterval(Duration.ofMinutes(10)), DEFAULTS);
        assertThat(policy.intervalAfter(1)).isEqualTo(Duration.ofMinutes(10));
        assertThat(policy.intervalAfter(2)).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void longestPauseThatIsSetCutsAnInitialOneOfTheDefaultsToo() {
        RetryPolicy policy = RetryPolicy.of(RetryOptions.defaults().maximumInterval(Duration.ofSeconds(1)), DEFAULTS);
        assertThat(policy.intervalAfter(1)).isEqualTo(Duration.ofSeconds(1));
    }

}

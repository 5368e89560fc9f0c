package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SinceLimitedTests {

    private static final Duration LEASE = Duration.ofNanos(10);

    private final SinceLimited since = new SinceLimited();

    private boolean isLongAgo(String type, int limitedAt, long begun) {
        return this.since.isLongAgo(type, Instant.ofEpochSecond(limitedAt), begun, LEASE);
    }

    @Test
    void theLastCountBeginsALeaseAfterTheFirst() {
        assertThat(isLongAgo("T", 1, 100)).isFalse();
        assertThat(isLongAgo("T", 1, 110)).isFalse();
        assertThat(isLongAgo("T", 1, 111)).isTrue();
    }

    @Test
    void anotherLimitBeginsAnew() {
        assertThat(isLongAgo("T", 1, 100)).isFalse();
        assertThat(isLongAgo("T", 2, 200)).isFalse();
        assertThat(isLongAgo("T", 2, 211)).isTrue();
    }

    @Test
    void limitsThatChangeBeforeTheyAreCountedLeaveNothing() {
        for (int i = 0; i < 100; i++) {
            isLongAgo("T", i, i);
            isLongAgo("Other", i, i);
        }
        assertThat(this.since.size()).isEqualTo(2);
        this.since.keep(List.of("Other"));
        assertThat(this.since.size()).isEqualTo(1);
        this.since.keep(List.of());
        assertThat(this.since.size()).isZero();
    }

}

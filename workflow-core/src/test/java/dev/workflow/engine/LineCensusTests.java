package dev.workflow.engine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LineCensusTests {

    private final AtomicLong time = new AtomicLong(-7);

    private final AtomicInteger counts = new AtomicInteger();

    private final LineCensus census = new LineCensus(this.time::get);

    private void take(long nanos) {
        this.census.take(List.of("T"), (types) -> {
            this.time.addAndGet(nanos);
            return Map.of("T", new AdmissionStore.Census(this.counts.incrementAndGet(), 0, 0));
        });
    }

    @Test
    void isCountedOnceForEachTimeThatSomebodyHasRead() {
        take(0);
        assertThat(this.counts).hasValue(0);
        assertThat(this.census.of("T")).isEqualTo(AdmissionStore.Census.NONE);
        take(0);
        take(0);
        assertThat(this.counts).hasValue(1);
        assertThat(this.census.of("T").inProgress()).isEqualTo(1);
        assertThat(this.census.of("Other")).isEqualTo(AdmissionStore.Census.NONE);
        take(0);
        assertThat(this.counts).hasValue(2);
    }

    @Test
    void takesAHundredthOfTheTimeAtMost() {
        this.census.of("T");
        take(10);
        this.census.of("T");
        this.time.addAndGet(999);
        take(10);
        assertThat(this.counts).hasValue(1);
        this.time.addAndGet(1);
        take(10);
        assertThat(this.counts).hasValue(2);
    }

    @Test
    void isNothingWhereThereIsNoLimit() {
        this.census.of("T");
        take(0);
        this.census.clear();
        assertThat(this.census.of("T")).isEqualTo(AdmissionStore.Census.NONE);
    }

}

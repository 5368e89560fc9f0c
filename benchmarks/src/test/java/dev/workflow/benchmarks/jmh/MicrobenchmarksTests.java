package dev.workflow.benchmarks.jmh;

import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskScheduled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls each microbenchmark once: what it measures is what it says. */
class MicrobenchmarksTests {

    @Test
    void aReplayReachesTheLastEvent() {
        ReplayBenchmark benchmark = new ReplayBenchmark();
        benchmark.record();
        assertThat(benchmark.replay()).isEqualTo(2 + 2 * ReplayBenchmark.ACTIVITIES);
    }

    @Test
    void eventsAreReadAsTheyWereWritten() {
        EventJsonBenchmark benchmark = new EventJsonBenchmark();
        assertThat(benchmark.readScheduled()).isInstanceOf(ActivityTaskScheduled.class);
        assertThat(benchmark.readCompleted()).isInstanceOf(ActivityTaskCompleted.class);
        assertThat(benchmark.writeScheduled()).contains("Steps.pass");
        assertThat(benchmark.writeCompleted()).hasSizeGreaterThan(100);
    }

    @Test
    void aQueryBecomesAnEmptyPage() {
        ListQueryBenchmark benchmark = new ListQueryBenchmark();
        assertThat(benchmark.withQuery().workflows()).isEmpty();
        assertThat(benchmark.withoutQuery().workflows()).isEmpty();
    }

}

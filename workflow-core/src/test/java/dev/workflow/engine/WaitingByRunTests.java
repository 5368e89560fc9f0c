package dev.workflow.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WaitingByRunTests {

    private final WaitingByRun<String> waiting = new WaitingByRun<>();

    @Test
    void whoeverGaveUpLeavesNothing() {
        UUID run = UUID.randomUUID();
        this.waiting.add(run, "one");
        this.waiting.add(run, "two");
        assertThat(this.waiting.of(run)).containsExactly("one", "two");
        this.waiting.remove(run, "one");
        assertThat(this.waiting.of(run)).containsExactly("two");
        this.waiting.remove(run, "two");
        this.waiting.remove(run, "two");
        assertThat(this.waiting.of(run)).isEmpty();
        assertThat(this.waiting.size()).isZero();
    }

    @Test
    void moreRunsThanAreTakenAtOnceAllHaveTheirTurn() {
        Set<UUID> runs = new HashSet<>();
        while (runs.size() < 25) {
            runs.add(UUID.randomUUID());
        }
        runs.forEach((run) -> this.waiting.add(run, "somebody"));
        Set<UUID> seen = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            List<UUID> next = this.waiting.next(10);
            assertThat(next).hasSize(10).doesNotHaveDuplicates();
            seen.addAll(next);
        }
        assertThat(seen).isEqualTo(runs);
    }

    @Test
    void fewerRunsAreTakenOnceEach() {
        assertThat(this.waiting.next(10)).isEmpty();
        this.waiting.add(UUID.randomUUID(), "somebody");
        assertThat(this.waiting.next(10)).hasSize(1);
        assertThat(this.waiting.next(10)).hasSize(1);
    }

}

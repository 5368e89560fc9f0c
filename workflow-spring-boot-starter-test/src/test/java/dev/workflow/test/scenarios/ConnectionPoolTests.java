package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Activity;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/** Transactional activities leave the application connections of its own pool. */
@WorkflowTest(
        classes = { Probe.class, ConnectionPoolTests.Usage.class, ConnectionPoolTests.Slow.class,
                ConnectionPoolTests.Books.class },
        properties = { "spring.datasource.hikari.maximum-pool-size=4",
                "spring.datasource.hikari.connection-timeout=2000" })
class ConnectionPoolTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Autowired
    Usage usage;

    @Autowired
    JdbcClient jdbc;

    @Test
    void theApplicationNeverWaitsForTransactionalActivities() {
        String gate = anyId().id();
        List<WorkflowHandle<Books, Integer>> handles = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            handles.add(this.client.start(Books.class, (w) -> w.run(gate),
                    WorkflowOptions.withId(gate + "/" + handles.size())));
        }
        await(() -> this.usage.running.get() == 3);
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Integer> query = CompletableFuture
                .supplyAsync(() -> this.jdbc.sql("select 1").query(Integer.class).single());
            assertThat(query).succeedsWithin(Duration.ofSeconds(2)).isEqualTo(1);
        }
        evict();
        assertThat(this.usage.running).hasValue(3);
        this.probe.open(gate);
        handles.forEach((handle) -> assertThat(resultOf(handle)).isEqualTo(1));
        assertThat(this.usage.most).hasValue(3);
    }

    static class Usage {

        final AtomicInteger running = new AtomicInteger();

        final AtomicInteger most = new AtomicInteger();

    }

    @Activity
    static class Slow {

        private final Probe probe;

        private final Usage usage;

        private final JdbcClient jdbc;

        Slow(Probe probe, Usage usage, JdbcClient jdbc) {
            this.probe = probe;
            this.usage = usage;
            this.jdbc = jdbc;
        }

        @Transactional
        public int book(String gate) {
            int one = this.jdbc.sql("select 1").query(Integer.class).single();
            this.usage.most.accumulateAndGet(this.usage.running.incrementAndGet(), Math::max);
            this.probe.pass(gate);
            this.usage.running.decrementAndGet();
            return one;
        }

    }

    @Workflow
    static class Books {

        private final Slow slow;

        Books(Slow slow) {
            this.slow = slow;
        }

        @WorkflowMethod
        int run(String gate) {
            return this.slow.book(gate);
        }

    }

}

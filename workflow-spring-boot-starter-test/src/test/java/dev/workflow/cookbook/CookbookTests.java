package dev.workflow.cookbook;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.history.HistoryEvent;
import dev.workflow.test.Replayer;
import dev.workflow.test.WorkflowClock;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the tests of all recipes share: one context, and one database. Each test runs with
 * its runs in memory and again with all of them evicted at every step, as if the process
 * had been restarted; the histories that it leaves are replayed.
 */
@WorkflowTest(properties = { "spring.sql.init.mode=always",
        "spring.sql.init.schema-locations=classpath:dev/workflow/cookbook/schema.sql", "workflow.determinism=fail",
        "workflow.history.warn-events=100", "cookbook.files.queue=files-here", "cookbook.reports.pause=1ms" })
@ParameterizedClass(name = "evicted={0}")
@ValueSource(booleans = { false, true })
public abstract class CookbookTests {

    protected static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Set<String> REPLAYED = new HashSet<>();

    @Parameter
    protected boolean evicted;

    @Autowired
    protected WorkflowClient client;

    @Autowired
    protected WorkflowClock clock;

    @Autowired
    protected JdbcClient jdbc;

    @Autowired
    private Replayer replayer;

    /** A workflow id that no other test has. */
    protected static WorkflowOptions anyId() {
        return WorkflowOptions.withId(UUID.randomUUID().toString());
    }

    /** Waits until nothing runs; then everything leaves memory, if it should. */
    protected void step() {
        this.clock.awaitIdle();
        if (this.evicted) {
            this.replayer.evictAll();
        }
    }

    /** Lets time pass, from due instant to due instant. */
    protected void advance(Duration by) {
        step();
        this.clock.advance(by);
        step();
    }

    /** Waits for a condition. */
    protected static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for a condition").isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    protected static List<String> eventTypes(WorkflowHandle<?, ?> handle) {
        return handle.history().stream().map(HistoryEvent::eventType).toList();
    }

    @AfterEach
    void replayWhatWasRecorded() {
        this.clock.awaitIdle();
        for (WorkflowDescription run : this.client.list("").toList()) {
            List<HistoryEvent> history = this.client.workflow(run.workflowId(), run.runId()).history();
            if (REPLAYED.add(run.runId() + "/" + history.size())) {
                this.replayer.replay(history);
            }
        }
    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.history.HistoryEvent;
import dev.workflow.test.Replayer;
import dev.workflow.test.WorkflowClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scenarios in the style of Temporal's samples, written against the public API. Each runs
 * with its runs in memory and again with all of them evicted at every step; the histories
 * that it leaves are replayed.
 */
@ParameterizedClass
@EnumSource(Mode.class)
abstract class ScenarioTests {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Set<String> REPLAYED = new HashSet<>();

    @Parameter
    Mode mode;

    @Autowired
    WorkflowClient client;

    @Autowired
    WorkflowClock clock;

    @Autowired
    Replayer replayer;

    @Autowired
    private WorkflowEngine engine;

    /** A workflow id that no other test has. */
    WorkflowOptions anyId() {
        return WorkflowOptions.withId(getClass().getSimpleName() + "-" + UUID.randomUUID());
    }

    /** Waits until nothing runs; then everything leaves memory, if the mode says so. */
    void step() {
        this.clock.awaitIdle();
        evict();
    }

    /** Everything leaves memory, if the mode says so, while activities go on. */
    void evict() {
        if (this.mode == Mode.EVICTED) {
            this.replayer.evictAll();
        }
    }

    /** Lets time pass, with a step at every instant at which something is due. */
    void advance(Duration by) {
        step();
        if (this.mode == Mode.EVICTED) {
            Instant target = this.clock.instant().plus(by);
            Instant next = nextDue(target);
            while (next.isBefore(target)) {
                this.clock.advance(Duration.between(this.clock.instant(), next));
                step();
                next = nextDue(target);
            }
            this.clock.advance(Duration.between(this.clock.instant(), target));
        }
        else {
            this.clock.advance(by);
        }
        step();
    }

    private Instant nextDue(Instant latest) {
        return this.engine.nextDue().filter((due) -> due.isBefore(latest)).orElse(latest);
    }

    <R> R resultOf(WorkflowHandle<?, R> handle) {
        return handle.result(PATIENCE);
    }

    static List<String> eventTypes(WorkflowHandle<?, ?> handle) {
        return handle.history().stream().map(HistoryEvent::eventType).toList();
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for a condition").isLessThan(end);
            Thread.onSpinWait();
            try {
                Thread.sleep(2);
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        }
    }

    @AfterEach
    void replayWhatWasRecorded() {
        this.clock.awaitIdle();
        for (WorkflowDescription run : this.client.list("").toList()) {
            List<HistoryEvent> history = this.client.workflow(run.workflowId(), run.runId()).history();
            assertThat(history).extracting(HistoryEvent::eventId)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, history.size()).boxed().toList());
            if (isReplayable(run) && REPLAYED.add(run.runId() + "/" + history.size())) {
                this.replayer.replay(history);
            }
        }
    }

    /** Whether the present code is the code that wrote the history. */
    boolean isReplayable(WorkflowDescription run) {
        return true;
    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.Map;
import java.util.List;

import dev.workflow.Activity;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.QueryFailedException;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(
        classes = { Probe.class, BlockedTests.Release.class, BlockedTests.Steps.class, BlockedTests.Buggy.class,
                BlockedTests.Changing.class, BlockedTests.Hog.class, BlockedTests.Mirrored.class },
        properties = "workflow.worker.deadlock-timeout=200ms")
class BlockedTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Autowired
    Release release;

    @Autowired
    WorkflowService service;

    @BeforeEach
    void deployTheFirstRelease() {
        this.release.number = 1;
    }

    @AfterEach
    void endWhatRuns() {
        this.release.number = 2;
    }

    @Test
    void anUnexpectedExceptionBlocksTheRunUntilItIsMended() {
        for (String where : List.of("first", "later", "async", "signal")) {
            this.release.number = 1;
            String key = anyId().id();
            WorkflowHandle<Buggy, String> handle = this.client.start(Buggy.class, (w) -> w.run(key, where),
                    WorkflowOptions.withId(key));
            step();
            if (where.equals("signal")) {
                handle.signal((w) -> w.poke());
                step();
            }
            assertThat(problem(handle)).as(where).contains("NullPointerException").contains("a bug");
            assertThat(handle.describe().status()).as(where).isEqualTo(WorkflowStatus.RUNNING);
            int events = handle.history().size();
            advance(Duration.ofSeconds(5));
            assertThat(handle.history()).as(where).hasSize(events);
            assertThat(problem(handle)).as(where).contains("a bug");
            this.release.number = 2;
            advance(Duration.ofMinutes(10));
            assertThat(resultOf(handle)).as(where).isEqualTo("mended");
            assertThat(problem(handle)).as(where).isNull();
        }
    }

    @Test
    void aBlockedRunShowsWhereItFailedAndItsState() {
        String key = anyId().id();
        WorkflowHandle<Buggy, String> handle = this.client.start(Buggy.class, (w) -> w.run(key, "first"),
                WorkflowOptions.withId(key));
        step();
        assertThat(problem(handle)).contains("a bug");
        assertThat(handle.query("__stack_trace", String.class)).contains("a bug", "Buggy.run(")
            .doesNotContain("dev.workflow.interceptor");
        assertThat(handle.query("__state", Map.class)).containsEntry("broken", false);
    }

    @Test
    void aStateThatCannotBeShownDisturbsNobody() {
        String key = anyId().id();
        WorkflowHandle<Mirrored, String> handle = this.client.start(Mirrored.class, (w) -> w.run(),
                WorkflowOptions.withId(key));
        step();
        assertThat(handle.query("__state", Map.class)).containsEntry("mirror", "(cannot be shown: StackOverflowError)");
        handle.signal((w) -> w.look());
        step();
        assertThat(resultOf(handle)).isEqualTo("looked 1");
    }

    @Test
    void signalsToABlockedRunAreKept() {
        String key = anyId().id();
        WorkflowHandle<Buggy, String> handle = this.client.start(Buggy.class, (w) -> w.run(key, "pokes"),
                WorkflowOptions.withId(key));
        step();
        assertThat(problem(handle)).contains("a bug");
        for (int i = 0; i < 3; i++) {
            handle.signal((w) -> w.poke());
            step();
        }
        this.release.number = 2;
        advance(Duration.ofMinutes(10));
        assertThat(resultOf(handle)).isEqualTo("poked 3");
    }

    @Test
    void aBlockedRunCanBeTerminated() {
        String key = anyId().id();
        WorkflowHandle<Buggy, String> handle = this.client.start(Buggy.class, (w) -> w.run(key, "later"),
                WorkflowOptions.withId(key));
        step();
        handle.terminate("hopeless");
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.TERMINATED);
        step();
    }

    @Test
    void codeThatDiffersFromItsHistoryBlocksTheRunUntilItMatches() {
        String key = anyId().id();
        WorkflowHandle<Changing, String> handle = this.client.start(Changing.class, (w) -> w.run(key),
                WorkflowOptions.withId(key));
        step();
        this.replayer.evictAll();
        int events = handle.history().size();
        this.release.number = 2;
        assertThatExceptionOfType(NonDeterminismException.class)
            .isThrownBy(() -> this.replayer.replay(handle.history()))
            .satisfies((ex) -> {
                assertThat(ex.eventId()).isEqualTo(2);
                assertThat(ex.inHistory()).contains("Steps.one");
                assertThat(ex.byCode()).contains("Steps.two");
            });
        assertThatExceptionOfType(QueryFailedException.class).isThrownBy(() -> handle.query("other", Object.class))
            .withMessageContaining("Steps.one");
        assertThat(handle.query("__state", Object.class)).isInstanceOf(Map.class);
        assertThat(handle.query("__stack_trace", String.class)).contains("WF-ND");
        advance(Duration.ofHours(1));
        assertThat(problem(handle)).contains("WF-ND").contains("Steps.one").contains("Steps.two");
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(handle.history()).hasSize(events);
        advance(Duration.ofMinutes(1));
        assertThat(handle.history()).hasSize(events);
        this.release.number = 1;
        advance(Duration.ofMinutes(10));
        assertThat(resultOf(handle)).isEqualTo("release 1");
        assertThat(problem(handle)).isNull();
        this.replayer.replay(handle.history());
    }

    @Test
    void aRunThatHogsItsThreadIsReported() {
        String key = anyId().id();
        WorkflowHandle<Hog, String> handle = this.client.start(Hog.class, (w) -> w.run(key),
                WorkflowOptions.withId(key));
        step();
        this.clock.skip(Duration.ofMinutes(1));
        await(() -> problem(handle) != null);
        assertThat(problem(handle)).contains("keeps its thread").contains("Hog");
        WorkflowHandle<Changing, String> other = this.client.start(Changing.class, (w) -> w.run(key + "-other"),
                anyId());
        await(() -> eventTypes(other).contains("TimerStarted"));
        this.release.number = 2;
        assertThat(resultOf(handle)).isEqualTo("done");
        this.release.number = 1;
        advance(Duration.ofHours(1));
        assertThat(resultOf(other)).isEqualTo("release 1");
    }

    private String problem(WorkflowHandle<?, ?> handle) {
        return this.service.describe(new WorkflowRef(handle.workflowId(), null)).problem();
    }

    @Override
    boolean isReplayable(WorkflowDescription run) {
        return false;
    }

    /** What is deployed. */
    static class Release {

        volatile int number = 1;

    }

    @Activity
    static class Steps {

        private final Probe probe;

        Steps(Probe probe) {
            this.probe = probe;
        }

        public void one(String key) {
            this.probe.note(key, "one");
        }

        public void two(String key) {
            this.probe.note(key, "two");
        }

    }

    /** Whoever describes it describes it within itself. */
    static class Mirror {

        public Mirror getSelf() {
            return this;
        }

        @Override
        public String toString() {
            return "a mirror in " + getSelf();
        }

    }

    @Workflow
    static class Mirrored {

        private final Mirror mirror = new Mirror();

        private int looks;

        @WorkflowMethod
        String run() {
            Workflows.await(() -> this.looks > 0);
            return (this.mirror.getSelf() != null) ? "looked " + this.looks : "";
        }

        @SignalMethod
        void look() {
            this.looks++;
        }

    }

    @Workflow
    static class Buggy {

        private final Steps steps;

        private final Release release;

        private int pokes;

        private boolean broken;

        Buggy(Steps steps, Release release) {
            this.steps = steps;
            this.release = release;
        }

        @WorkflowMethod
        String run(String key, String where) {
            this.broken = where.equals("signal");
            if (where.equals("first")) {
                bug();
            }
            this.steps.one(key);
            switch (where) {
                case "later" -> bug();
                case "async" -> Workflows.async(() -> {
                    bug();
                    return "";
                }).get();
                case "signal" -> Workflows.await(() -> this.pokes > 0);
                case "pokes" -> {
                    bug();
                    Workflows.await(() -> this.pokes == 3);
                    return "poked " + this.pokes;
                }
                default -> {
                }
            }
            this.steps.two(key);
            return "mended";
        }

        private void bug() {
            if (this.release.number == 1) {
                throw new NullPointerException("a bug");
            }
        }

        @SignalMethod
        void poke() {
            if (this.broken) {
                bug();
            }
            this.pokes++;
        }

    }

    @Workflow
    static class Changing {

        private final Steps steps;

        private final Release release;

        Changing(Steps steps, Release release) {
            this.steps = steps;
            this.release = release;
        }

        @WorkflowMethod
        String run(String key) {
            if (this.release.number == 1) {
                this.steps.one(key);
            }
            else {
                this.steps.two(key);
            }
            Workflows.sleep(Duration.ofHours(1));
            return "release " + this.release.number;
        }

    }

    @Workflow
    static class Hog {

        private final Release release;

        Hog(Release release) {
            this.release = release;
        }

        @WorkflowMethod
        String run(String key) {
            Workflows.sleep(Duration.ofMinutes(1));
            while (this.release.number == 1) {
                Thread.onSpinWait();
            }
            return "done";
        }

    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.CancellationScope;
import dev.workflow.CancellationType;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.Retry;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.TerminatedFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(classes = { Probe.class, CancellationTests.Work.class, CancellationTests.Sleeper.class,
        CancellationTests.Cleaner.class, CancellationTests.Scopes.class, CancellationTests.Canceler.class,
        CancellationTests.Stubborn.class, CancellationTests.FirstWins.class })
class CancellationTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Test
    void aCanceledSleepEndsTheRunAsCanceled() {
        WorkflowHandle<Sleeper, String> handle = this.client.start(Sleeper.class, (w) -> w.sleep(), anyId());
        step();
        handle.cancel();
        step();
        assertCanceled(handle);
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted", "TimerStarted",
                "WorkflowExecutionCancelRequested", "TimerCanceled", "WorkflowExecutionCanceled");
    }

    @Test
    void cleanUpRunsInADetachedScope() {
        String key = anyId().id();
        WorkflowHandle<Cleaner, String> handle = this.client.start(Cleaner.class, (w) -> w.run(key),
                WorkflowOptions.withId(key));
        step();
        handle.cancel();
        step();
        assertCanceled(handle);
        assertThat(this.probe.notes(key)).containsExactly("cleaned");
    }

    @Test
    void aRunMayGoOnThoughItIsCanceled() {
        WorkflowHandle<Stubborn, String> handle = this.client.start(Stubborn.class, (w) -> w.run(), anyId());
        step();
        handle.cancel();
        handle.cancel();
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("stubborn, canceled: true");
        assertThat(eventTypes(handle)).containsOnlyOnce("WorkflowExecutionCancelRequested");
    }

    @Test
    void aTerminatedRunEndsAtOnce() {
        WorkflowHandle<Stubborn, String> handle = this.client.start(Stubborn.class, (w) -> w.run(), anyId());
        step();
        handle.terminate("enough");
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOf(TerminatedFailure.class)
            .withMessageContaining("enough");
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.TERMINATED);
        step();
    }

    @Test
    void aParentScopeCancelsItsChildrenAndNotTheDetached() {
        WorkflowHandle<Scopes, List<String>> handle = this.client.start(Scopes.class, (w) -> w.run(), anyId());
        step();
        handle.signal((w) -> w.cancelParent());
        advance(Duration.ofHours(2));
        assertThat(resultOf(handle)).containsExactlyInAnyOrder("parent canceled", "child canceled", "sibling slept",
                "detached slept");
    }

    @Test
    void aChildScopeIsCanceledAlone() {
        WorkflowHandle<Scopes, List<String>> handle = this.client.start(Scopes.class, (w) -> w.run(), anyId());
        step();
        handle.signal((w) -> w.cancelChild());
        advance(Duration.ofHours(2));
        assertThat(resultOf(handle)).containsExactlyInAnyOrder("parent slept", "child canceled", "sibling slept",
                "detached slept");
    }

    @Test
    void theFirstOneWinsAndTheOthersAreCanceled() {
        WorkflowHandle<FirstWins, String> handle = this.client.start(FirstWins.class, (w) -> w.run(), anyId());
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("1m");
        assertThat(eventTypes(handle)).filteredOn("TimerCanceled"::equals).hasSize(2);
    }

    @Test
    void tryCancelGoesOnAtOnceAndTellsTheActivity() {
        String key = anyId().id();
        WorkflowHandle<Canceler, String> handle = startCanceler(key, CancellationType.TRY_CANCEL);
        this.probe.awaitReached(key);
        evict();
        handle.cancel();
        assertThat(resultOf(handle)).isEqualTo("canceled, then went on");
        this.probe.open(key);
        await(() -> this.probe.notes(key).contains("told"));
    }

    @Test
    void waitCancellationCompletedWaitsForTheActivity() {
        String key = anyId().id();
        WorkflowHandle<Canceler, String> handle = startCanceler(key, CancellationType.WAIT_CANCELLATION_COMPLETED);
        this.probe.awaitReached(key);
        evict();
        handle.cancel();
        await(() -> eventTypes(handle).contains("ActivityTaskCancelRequested"));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        this.probe.open(key);
        assertThat(resultOf(handle)).isEqualTo("canceled, then went on");
        assertThat(this.probe.notes(key)).containsExactly("told");
        assertThat(eventTypes(handle)).contains("ActivityTaskCanceled");
    }

    @Test
    void waitCancellationCompletedTakesAResultThatComesNevertheless() {
        String key = anyId().id() + "-ignoring";
        WorkflowHandle<Canceler, String> handle = startCanceler(key, CancellationType.WAIT_CANCELLATION_COMPLETED);
        this.probe.awaitReached(key);
        evict();
        handle.cancel();
        await(() -> eventTypes(handle).contains("ActivityTaskCancelRequested"));
        this.probe.open(key);
        assertThat(resultOf(handle)).isEqualTo("finished, then went on");
    }

    @Test
    void abandonGoesOnAtOnceAndDoesNotTellTheActivity() {
        String key = anyId().id();
        WorkflowHandle<Canceler, String> handle = startCanceler(key, CancellationType.ABANDON);
        this.probe.awaitReached(key);
        evict();
        handle.cancel();
        await(() -> eventTypes(handle).contains("WorkflowExecutionCancelRequested"));
        assertThat(eventTypes(handle)).doesNotContain("ActivityTaskCancelRequested");
        this.probe.open(key);
        assertThat(resultOf(handle)).isEqualTo("canceled, then went on");
    }

    @Test
    void anActivityBetweenItsAttemptsIsCanceled() {
        String key = anyId().id() + "-failing";
        WorkflowHandle<Canceler, String> handle = startCanceler(key, CancellationType.WAIT_CANCELLATION_COMPLETED);
        this.probe.open(key);
        step();
        handle.cancel();
        step();
        advance(Duration.ofMinutes(10));
        assertThat(resultOf(handle)).isEqualTo("canceled, then went on");
        assertThat(this.probe.notes(key)).hasSize(1);
    }

    private WorkflowHandle<Canceler, String> startCanceler(String key, CancellationType type) {
        return this.client.start(Canceler.class, (w) -> w.run(key, type), WorkflowOptions.withId(key));
    }

    private static void assertCanceled(WorkflowHandle<?, ?> handle) {
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .withCauseInstanceOf(CanceledFailure.class);
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
    }

    @Activity(startToCloseTimeout = "1h", retry = @Retry(initialInterval = "5m"))
    static class Work {

        private final Probe probe;

        Work(Probe probe) {
            this.probe = probe;
        }

        public String work(String key) {
            this.probe.pass(key);
            if (key.endsWith("-ignoring")) {
                return "finished";
            }
            if (key.endsWith("-failing")) {
                this.probe.note(key, "failed");
                throw new IllegalStateException("again");
            }
            try {
                for (int i = 0; i < 50; i++) {
                    Activities.heartbeat(i);
                }
                return Activities.isCanceled() ? "canceled without an exception" : "not told";
            }
            catch (CanceledFailure failure) {
                this.probe.note(key, "told");
                throw failure;
            }
        }

        public void clean(String key) {
            this.probe.note(key, "cleaned");
        }

    }

    @Workflow
    static class Sleeper {

        @WorkflowMethod
        String sleep() {
            Workflows.sleep(Duration.ofDays(1));
            return "slept";
        }

    }

    @Workflow
    static class Cleaner {

        private final Work work;

        Cleaner(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        String run(String key) {
            try {
                Workflows.await(() -> false);
                return "never";
            }
            finally {
                Workflows.detachedScope(() -> this.work.clean(key));
            }
        }

    }

    @Workflow
    static class Stubborn {

        @WorkflowMethod
        String run() {
            try {
                Workflows.sleep(Duration.ofDays(1));
            }
            catch (CanceledFailure ignored) {
                Workflows.detachedScope(() -> Workflows.sleep(Duration.ofMinutes(1)));
            }
            return "stubborn, canceled: " + CancellationScope.current().isCancelRequested();
        }

    }

    @Workflow
    static class Scopes {

        private final List<String> log = new ArrayList<>();

        private CancellationScope parent;

        private CancellationScope child;

        @WorkflowMethod
        List<String> run() {
            this.parent = Workflows.cancellationScope();
            Promise<Void> one = this.parent.async(() -> {
                this.child = Workflows.cancellationScope();
                Promise<Void> inner = this.child.async(() -> sleep("child"));
                Promise<Void> detached = Workflows.async(() -> Workflows.detachedScope(() -> sleep("detached")));
                sleep("parent");
                inner.get();
                detached.get();
                return null;
            });
            Promise<Void> two = Workflows.async(() -> {
                sleep("sibling");
            });
            one.get();
            two.get();
            return this.log;
        }

        private Void sleep(String name) {
            try {
                Workflows.sleep(Duration.ofHours(1));
                this.log.add(name + " slept");
            }
            catch (CanceledFailure failure) {
                this.log.add(name + " canceled");
            }
            return null;
        }

        @SignalMethod
        void cancelParent() {
            this.parent.cancel("parent");
        }

        @SignalMethod
        void cancelChild() {
            this.child.cancel();
        }

        @QueryMethod
        List<String> log() {
            return this.log;
        }

    }

    @Workflow
    static class FirstWins {

        @WorkflowMethod
        String run() {
            List<Promise<String>> racers = new ArrayList<>();
            CancellationScope scope = Workflows.cancellationScope((race) -> {
                for (int minutes : new int[] { 3, 1, 2 }) {
                    racers.add(race.async(() -> {
                        Workflows.sleep(Duration.ofMinutes(minutes));
                        return minutes + "m";
                    }));
                }
            });
            String first = Promise.anyOf(racers).get();
            scope.cancel();
            return first;
        }

    }

    @Workflow
    static class Canceler {

        private final Work work;

        Canceler(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        String run(String key, CancellationType type) {
            ActivityOptions options = ActivityOptions.defaults().cancellationType(type);
            String outcome;
            try {
                outcome = Workflows.withOptions(this.work, options).work(key);
            }
            catch (ActivityFailure failure) {
                outcome = (failure.getCause() instanceof CanceledFailure) ? "canceled" : "failed";
            }
            return outcome + ", then went on";
        }

    }

}

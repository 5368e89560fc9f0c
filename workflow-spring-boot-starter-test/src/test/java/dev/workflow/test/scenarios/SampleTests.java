package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.CompletablePromise;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.Retry;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowLock;
import dev.workflow.WorkflowMethod;
import dev.workflow.WorkflowSemaphore;
import dev.workflow.Workflows;
import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.UpdateHandle;
import dev.workflow.client.UpdateOptions;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Patterns that combine several features, as larger samples do. */
@WorkflowTest(classes = { Probe.class, SampleTests.Nodes.class, SampleTests.Accounts.class, SampleTests.Polling.class,
        SampleTests.UpdatableTimer.class, SampleTests.Cluster.class, SampleTests.EarlyReturn.class,
        SampleTests.SlidingWindow.class, SampleTests.Poller.class, SampleTests.Periodic.class,
        SampleTests.RaceWithCleanup.class, SampleTests.Chain.class })
class SampleTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Test
    void anUpdatableTimerFiresAtItsLastWakeUpTime() {
        Instant begin = this.clock.instant();
        WorkflowHandle<UpdatableTimer, Duration> handle = this.client.start(UpdatableTimer.class,
                (w) -> w.sleepUntil(begin.plus(Duration.ofHours(10))), anyId());
        advance(Duration.ofHours(1));
        handle.signal((w) -> w.wakeUpAt(begin.plus(Duration.ofHours(20))));
        advance(Duration.ofHours(11));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        handle.signal((w) -> w.wakeUpAt(begin.plus(Duration.ofHours(14))));
        step();
        Instant wakeUpTime = handle.query((w) -> w.wakeUpTime());
        assertThat(wakeUpTime).isEqualTo(begin.plus(Duration.ofHours(14)));
        advance(Duration.ofHours(2));
        assertThat(resultOf(handle)).isEqualTo(Duration.ofHours(14));
        assertThat(eventTypes(handle)).filteredOn("TimerCanceled"::equals).hasSize(2);
    }

    @Test
    void handlersThatShareStateAreSafeBehindALockAndOverContinuedRuns() {
        WorkflowHandle<Cluster, Integer> handle = this.client.start(Cluster.class, (w) -> w.run(new State(Map.of(), 0)),
                anyId());
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update((w) -> w.assign("too early", 1)))
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue());
        handle.signal((w) -> w.startCluster());
        step();
        List<UpdateHandle<Set<Integer>>> updates = new ArrayList<>();
        for (String job : List.of("a", "b", "c")) {
            updates.add(handle.startUpdate((w) -> w.assign(job, 2), UpdateOptions.withId("assign-" + job)));
        }
        step();
        List<Integer> assigned = updates.stream().flatMap((update) -> update.result(PATIENCE).stream()).toList();
        assertThat(assigned).containsExactly(0, 1, 2, 3, 4, 5);
        UpdateHandle<Set<Integer>> again = handle.startUpdate((w) -> w.assign("a", 2),
                UpdateOptions.withId("assign-a"));
        assertThat(again.result(PATIENCE)).containsExactly(0, 1);
        handle.update((w) -> {
            w.delete("b");
        });
        step();
        String firstRun = handle.runId();
        handle.signal((w) -> w.continueSoon());
        step();
        assertThat(handle.describe().runId()).isNotEqualTo(firstRun);
        Set<Integer> next = handle.update((w) -> w.assign("d", 3));
        assertThat(next).containsExactly(2, 3, 6);
        handle.signal((w) -> w.shutDown());
        step();
        assertThat(resultOf(handle)).isEqualTo(7);
    }

    @Test
    void anUpdateReturnsEarlyWhileTheWorkflowGoesOn() {
        WorkflowOptions options = anyId();
        String gate = options.id();
        UpdateHandle<String> early = this.client.updateWithStart(EarlyReturn.class, (w) -> w.initialized(), (w) -> {
            w.transfer(gate, 100);
        }, options);
        assertThat(early.result(PATIENCE)).isEqualTo("initialized 100");
        WorkflowHandle<EarlyReturn, Object> handle = this.client.workflow(EarlyReturn.class, options.id());
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        evict();
        this.probe.open(gate);
        assertThat(handle.result(String.class, PATIENCE)).isEqualTo("completed");
        WorkflowOptions refused = anyId();
        UpdateHandle<String> failed = this.client.updateWithStart(EarlyReturn.class, (w) -> w.initialized(), (w) -> {
            w.transfer(refused.id(), -1);
        }, refused);
        assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> failed.result(PATIENCE))
            .havingCause()
            .isInstanceOf(ActivityFailure.class)
            .withMessageContaining("negative");
        assertThatExceptionOfType(WorkflowFailure.class)
            .isThrownBy(() -> this.client.workflow(refused.id()).result(PATIENCE))
            .withMessageContaining("negative");
    }

    @Test
    void aSlidingWindowGoesOnInNewRunsWithoutLosingAReport() {
        WorkflowOptions options = anyId();
        WorkflowHandle<SlidingWindow, Integer> handle = this.client.start(SlidingWindow.class,
                (w) -> w.process(new Window(0, 30, 4, 7, 0)), options);
        advance(Duration.ofHours(1));
        assertThat(resultOf(handle)).isEqualTo(30);
        List<Object> notes = this.probe.notes(options.id());
        assertThat(notes).hasSize(30).doesNotHaveDuplicates();
        assertThat(this.client.count("WorkflowId = '" + options.id() + "'")).isEqualTo(5);
    }

    @Test
    void pollingIsARetryOfAnActivity() {
        WorkflowOptions options = anyId();
        WorkflowHandle<Poller, String> handle = this.client.start(Poller.class, (w) -> w.poll(options.id()), options);
        advance(Duration.ofMinutes(4));
        assertThat(this.probe.notes(options.id())).hasSize(5);
        assertThat(handle.describe().pendingActivities()).singleElement()
            .satisfies((pending) -> assertThat(pending.lastFailure())
                .hasValueSatisfying((failure) -> assertThat(failure).contains("not there yet")));
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("OK after 6");
    }

    @Test
    void aPeriodicWorkflowContinuesAsNewAndIsCanceledInAnyOfItsRuns() {
        WorkflowOptions options = anyId();
        WorkflowHandle<Periodic, Void> handle = this.client.start(Periodic.class, (w) -> {
            w.run(options.id(), 0);
        }, options);
        advance(Duration.ofHours(25));
        assertThat(this.probe.notes(options.id())).hasSize(26);
        handle.cancel();
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .withCauseInstanceOf(CanceledFailure.class);
        assertThat(this.probe.notes(options.id())).hasSize(27).last().isEqualTo("cleaned after 26");
    }

    @Test
    void theSlowerOfTwoIsCanceledAndCleanedUp() {
        WorkflowOptions options = anyId();
        WorkflowHandle<RaceWithCleanup, List<String>> handle = this.client.start(RaceWithCleanup.class,
                (w) -> w.race(options.id()), options);
        this.probe.awaitReached(options.id());
        evict();
        this.clock.skip(Duration.ofMinutes(2));
        assertThat(resultOf(handle)).containsExactly("won: timer", "canceled: activity", "cleaned");
        this.probe.open(options.id());
    }

    @Test
    void causesOfFailuresAreReadableAllTheWay() {
        WorkflowHandle<Chain, String> handle = this.client.start(Chain.class, (w) -> w.run(), anyId());
        advance(Duration.ofMinutes(1));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle)).satisfies((failure) -> {
            assertThat(failure.workflowType()).isEqualTo("Chain");
            ApplicationFailure outer = (ApplicationFailure) failure.getCause();
            assertThat(outer.type()).isEqualTo("Composed");
            assertThat(outer.detail(0, Integer.class)).contains(42);
            ActivityFailure activity = (ActivityFailure) outer.getCause();
            assertThat(activity.activityType()).isEqualTo("Polling.compose");
            ApplicationFailure inner = (ApplicationFailure) activity.getCause();
            assertThat(inner.type()).isEqualTo(IllegalStateException.class.getName());
            assertThat(inner.getCause()).hasMessage("the root").isInstanceOf(ApplicationFailure.class);
            assertThat(((ApplicationFailure) inner.getCause()).type()).isEqualTo("java.io.IOException");
            assertThat(activity.getStackTrace()).anyMatch((frame) -> frame.getMethodName().equals("callsTheActivity"));
            assertThat(inner.getStackTrace()).anyMatch((frame) -> frame.getMethodName().equals("compose"));
        });
    }

    record State(Map<Integer, String> nodes, int assignments) {
    }

    record Window(int next, int end, int size, int perRun, int done) {
    }

    @Activity(startToCloseTimeout = "1m")
    static class Nodes {

        public Set<Integer> assign(Set<Integer> nodes, String job) {
            return nodes;
        }

    }

    @Activity(startToCloseTimeout = "1m", retry = @Retry(maximumAttempts = 1))
    static class Accounts {

        private final Probe probe;

        Accounts(Probe probe) {
            this.probe = probe;
        }

        public String initialize(int amount) {
            if (amount < 0) {
                throw new IllegalArgumentException("negative amount");
            }
            return "initialized " + amount;
        }

        public void complete(String gate) {
            this.probe.pass(gate);
        }

        public void note(String key, String value) {
            this.probe.note(key, value);
        }

        @ActivityMethod(heartbeatTimeout = "10m", startToCloseTimeout = "1h")
        public String slow(String gate) {
            this.probe.pass(gate);
            return "activity";
        }

    }

    @Activity(startToCloseTimeout = "1m")
    static class Polling {

        private final Probe probe;

        Polling(Probe probe) {
            this.probe = probe;
        }

        @ActivityMethod(retry = @Retry(initialInterval = "1m", backoffCoefficient = 1))
        public String poll(String key) {
            int attempt = Activities.info().attempt();
            this.probe.note(key, attempt);
            if (attempt < 6) {
                throw ApplicationFailure.of("not there yet", "NotYet");
            }
            return "OK after " + attempt;
        }

        @ActivityMethod(retry = @Retry(maximumAttempts = 2))
        public String compose() {
            throw new IllegalStateException("composed", new java.io.IOException("the root"));
        }

    }

    @Workflow
    static class UpdatableTimer {

        private Instant wakeUpTime = Instant.EPOCH;

        private boolean updated;

        @WorkflowMethod
        Duration sleepUntil(Instant time) {
            Instant begin = Workflows.now();
            this.wakeUpTime = time;
            do {
                this.updated = false;
                Workflows.await(Duration.between(Workflows.now(), this.wakeUpTime), () -> this.updated);
            }
            while (this.updated);
            return Duration.between(begin, Workflows.now());
        }

        @SignalMethod
        void wakeUpAt(Instant time) {
            this.wakeUpTime = time;
            this.updated = true;
        }

        @QueryMethod
        Instant wakeUpTime() {
            return this.wakeUpTime;
        }

    }

    /** Jobs on the nodes of a cluster; its handlers wait for activities in between. */
    @Workflow
    static class Cluster {

        private final Nodes activities;

        private final WorkflowLock lock = new WorkflowLock();

        private final Map<Integer, String> nodes = new HashMap<>();

        private int assignments;

        private boolean started;

        private boolean continueSoon;

        private boolean shutDown;

        Cluster(Nodes activities) {
            this.activities = activities;
        }

        @WorkflowInit
        void init(State state) {
            this.nodes.putAll(state.nodes());
            this.assignments = state.assignments();
            this.started = this.assignments > 0;
        }

        @WorkflowMethod
        int run(State state) {
            Workflows.await(() -> this.shutDown || this.continueSoon);
            Workflows.await(Workflows::allHandlersFinished);
            if (this.shutDown) {
                return (int) this.nodes.values().stream().distinct().count() + this.assignments;
            }
            return Workflows.continueAsNew(new State(this.nodes, this.assignments));
        }

        @SignalMethod
        void startCluster() {
            this.started = true;
        }

        @SignalMethod
        void continueSoon() {
            this.continueSoon = true;
        }

        @SignalMethod
        void shutDown() {
            this.shutDown = true;
        }

        @UpdateMethod
        Set<Integer> assign(String job, int count) {
            this.lock.lock();
            try {
                Set<Integer> free = new TreeSet<>();
                for (int node = 0; free.size() < count; node++) {
                    if (!this.nodes.containsKey(node)) {
                        free.add(node);
                    }
                }
                Set<Integer> assigned = this.activities.assign(free, job);
                assigned.forEach((node) -> this.nodes.put(node, job));
                this.assignments++;
                return assigned;
            }
            finally {
                this.lock.unlock();
            }
        }

        @UpdateValidator("assign")
        void checkAssign(String job, int count) {
            if (!this.started) {
                throw new IllegalStateException("The cluster has not started");
            }
        }

        @UpdateMethod
        void delete(String job) {
            this.lock.lock();
            try {
                this.nodes.values().removeIf(job::equals);
            }
            finally {
                this.lock.unlock();
            }
        }

    }

    @Workflow
    static class EarlyReturn {

        private final Accounts accounts;

        private final CompletablePromise<String> initialized = Workflows.promise();

        EarlyReturn(Accounts accounts) {
            this.accounts = accounts;
        }

        @WorkflowMethod
        String transfer(String gate, int amount) {
            try {
                this.initialized.complete(this.accounts.initialize(amount));
            }
            catch (ActivityFailure failure) {
                this.initialized.completeExceptionally(failure);
                Workflows.await(Workflows::allHandlersFinished);
                throw failure;
            }
            this.accounts.complete(gate);
            return "completed";
        }

        @UpdateMethod
        String initialized() {
            return this.initialized.get();
        }

    }

    @Workflow
    static class SlidingWindow {

        private final Accounts accounts;

        private int done;

        SlidingWindow(Accounts accounts) {
            this.accounts = accounts;
        }

        @WorkflowMethod
        int process(Window window) {
            this.done = window.done();
            WorkflowSemaphore places = new WorkflowSemaphore(window.size());
            String key = Workflows.info().workflowId();
            List<Promise<Void>> running = new ArrayList<>();
            int end = Math.min(window.end(), window.next() + window.perRun());
            for (int i = window.next(); i < end; i++) {
                int record = i;
                places.acquire();
                running.add(Workflows.async(() -> {
                    try {
                        Workflows.sleep(Duration.ofSeconds(1 + record % 5));
                        this.accounts.note(key, "record " + record);
                        this.done++;
                    }
                    finally {
                        places.release();
                    }
                }));
            }
            Promise.allOf(running.toArray(Promise<?>[]::new)).get();
            return (end == window.end()) ? this.done
                    : Workflows.continueAsNew(new Window(end, window.end(), window.size(), window.perRun(), this.done));
        }

    }

    @Workflow
    static class Poller {

        private final Polling polling;

        Poller(Polling polling) {
            this.polling = polling;
        }

        @WorkflowMethod
        String poll(String key) {
            return this.polling.poll(key);
        }

    }

    @Workflow
    static class Periodic {

        private static final int PER_RUN = 10;

        private final Accounts accounts;

        Periodic(Accounts accounts) {
            this.accounts = accounts;
        }

        @WorkflowMethod
        void run(String key, int count) {
            int now = count;
            try {
                for (int i = 0; i < PER_RUN; i++) {
                    this.accounts.note(key, "run " + now++);
                    Workflows.sleep(Duration.ofHours(1));
                }
            }
            catch (CanceledFailure canceled) {
                int before = now;
                Workflows.detachedScope(() -> this.accounts.note(key, "cleaned after " + before));
                throw canceled;
            }
            Workflows.continueAsNew(key, now);
        }

    }

    @Workflow
    static class RaceWithCleanup {

        private final Accounts accounts;

        RaceWithCleanup(Accounts accounts) {
            this.accounts = accounts;
        }

        @WorkflowMethod
        List<String> race(String gate) {
            List<String> log = new ArrayList<>();
            List<Promise<String>> racers = new ArrayList<>();
            var scope = Workflows.cancellationScope(() -> {
                racers.add(Workflows.async(() -> this.accounts.slow(gate)));
                racers.add(Workflows.timer(Duration.ofMinutes(1)).thenApply((nothing) -> "timer"));
            });
            log.add("won: " + Promise.anyOf(racers).get());
            scope.cancel("somebody won");
            log.add(racers.getFirst()
                .handle((value, failure) -> (CanceledFailure.isCancellation(failure) ? "canceled: " : "failed: ")
                        + "activity")
                .get());
            scope.run(() -> Workflows.detachedScope(() -> this.accounts.note(gate + "/cleaned", "cleaned")));
            log.add("cleaned");
            return log;
        }

    }

    @Workflow
    static class Chain {

        private final Polling polling;

        Chain(Polling polling) {
            this.polling = polling;
        }

        @WorkflowMethod
        String run() {
            try {
                return callsTheActivity();
            }
            catch (ActivityFailure failure) {
                throw ApplicationFailure.of("outer", "Composed", 42).causedBy(failure);
            }
        }

        private String callsTheActivity() {
            return this.polling.compose();
        }

    }

}

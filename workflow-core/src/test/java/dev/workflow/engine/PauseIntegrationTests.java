package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.RetryOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Runs, queues and types that people pause from a node that runs nothing. */
class PauseIntegrationTests {

    private static final WorkflowRef RUN = new WorkflowRef("run", null);

    private static final Operator ALICE = new Operator("alice", "maintenance");

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private final AtomicInteger attempts = new AtomicInteger();

    private final TestNode client = this.nodes.node(this.time).settings(TestNode.Settings::clientOnly);

    private OperatorService operator() {
        return this.client.service().operator();
    }

    private TestNode worker() {
        return this.nodes.node(this.time)
            .workflow("Counts", (arguments) -> counts(arguments.get(0, Integer.class)))
            .workflow("Steps", (arguments) -> {
                for (int i = 0; i < 3; i++) {
                    Workflows.activity("Works", Object.class, ActivityOptions.defaults());
                }
                return "done";
            })
            .activity("Works", (arguments) -> this.attempts.incrementAndGet());
    }

    /** Ends with what it was sent, in that order, when it has got so much. */
    private static List<Integer> counts(int number) {
        List<Integer> seen = new ArrayList<>();
        Workflows.onSignal("add", (arguments) -> seen.add(arguments.get(0, Integer.class)));
        Workflows.await(() -> seen.size() >= number);
        return seen;
    }

    private void add(int value) {
        this.client.service().signal(RUN, "add", this.client.json(value), null);
    }

    private void quiet(TestNode... workers) {
        for (TestNode worker : workers) {
            TestNode.await(() -> worker.engine().isQuiet());
        }
    }

    private static List<String> notes(TestNode worker) {
        worker.service().query(RUN, "__state", Json.EMPTY_ARRAY);
        return TestNodes.soundHistory(worker.service(), "run")
            .stream()
            .filter(OperatorActionRecorded.class::isInstance)
            .map(OperatorActionRecorded.class::cast)
            .map((note) -> note.action() + " " + note.identity() + ": " + note.reason())
            .toList();
    }

    @Test
    void pausedRunTakesMessagesAndItsCodeDoesNotAdvance() {
        this.client.start();
        TestNode one = worker().start();
        TestNode two = worker().start();
        one.begin("Counts", "run", 4);
        add(1);
        TestNode.await(() -> TestNode.types(one.service(), "run").size() == 2);
        operator().pause(RUN, ALICE);
        operator().pause(RUN, ALICE);
        add(2);
        add(3);
        add(4);
        quiet(one, two);
        WorkflowDetails paused = this.client.service().describe(RUN);
        assertThat(paused.status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(paused.isPaused()).isTrue();
        assertThat(paused.problem()).contains("alice", "maintenance");
        assertThat(TestNode.types(one.service(), "run").stream().filter("WorkflowExecutionSignaled"::equals))
            .hasSize(1);
        assertThat(notes(one)).containsExactly("PauseWorkflow alice: maintenance");
        operator().unpause(RUN, ALICE);
        operator().unpause(RUN, ALICE);
        assertThat(two.result("run").result()).isEqualTo(new Json("[1,2,3,4]"));
        assertThat(notes(two)).containsExactly("PauseWorkflow alice: maintenance",
                "UnpauseWorkflow alice: maintenance");
        assertThat(this.client.service().describe(RUN).isPaused()).isFalse();
        assertThatExceptionOfType(dev.workflow.client.WorkflowNotFoundException.class)
            .isThrownBy(() -> operator().pause(RUN, ALICE));
    }

    @Test
    void noActivityOfAPausedRunBeginsAndWhatRunsMayEnd() throws Exception {
        this.client.start();
        CountDownLatch paused = new CountDownLatch(1);
        TestNode worker = worker().settings((s) -> s.slots(2)).activity("Works", (arguments) -> {
            int which = this.attempts.incrementAndGet();
            paused.await(10, TimeUnit.SECONDS);
            if (which == 1) {
                throw new IllegalStateException("not yet");
            }
            return which;
        }).workflow("Wide", (arguments) -> {
            List<Promise<Object>> all = IntStream.range(0, 6)
                .mapToObj((i) -> Workflows
                    .async(() -> Workflows.activity("Works", Object.class, ActivityOptions.defaults()
                        .retry(RetryOptions.defaults().initialInterval(Duration.ZERO).maximumInterval(Duration.ZERO)))))
                .toList();
            all.forEach(Promise::get);
            return "all";
        }).start();
        worker.begin("Wide", "run");
        TestNode.await(() -> this.attempts.get() == 2);
        operator().pause(RUN, ALICE);
        paused.countDown();
        quiet(worker);
        assertThat(this.attempts).hasValue(2);
        assertThat(this.client.service().describe(RUN).pendingActivities()).hasSize(6)
            .allMatch((activity) -> activity.state().startsWith("PAUSE"));
        String waiting = this.client.service()
            .describe(RUN)
            .pendingActivities()
            .stream()
            .filter((activity) -> activity.attempt() == 0)
            .findFirst()
            .orElseThrow()
            .activityId();
        assertThatExceptionOfType(ActionRefusedException.class)
            .isThrownBy(() -> operator().activity(RUN, waiting, new ActivityAction.RunNow(), ALICE))
            .withMessageContaining("workflow is paused");
        operator().activity(RUN, waiting, new ActivityAction.Pause(), ALICE);
        operator().unpause(RUN, ALICE);
        TestNode.await(() -> this.client.service().describe(RUN).pendingActivities().size() == 1);
        quiet(worker);
        assertThat(this.client.service().describe(RUN).status()).isEqualTo(WorkflowStatus.RUNNING);
        operator().activity(RUN, waiting, new ActivityAction.Unpause(false), ALICE);
        assertThat(worker.result("run").result()).isEqualTo(new Json("\"all\""));
        assertThat(this.attempts).hasValue(7);
    }

    @Test
    void timersOfAPausedRunWaitAndAPauseOutlivesAllNodes() {
        this.client.start();
        TestNode first = worker().workflow("Sleeps", (arguments) -> {
            Workflows.sleep(Duration.ofHours(1));
            return "awake";
        }).start();
        first.begin("Sleeps", "run");
        operator().pause(RUN, ALICE);
        first.close();
        TestNode second = worker().workflow("Sleeps", (arguments) -> {
            Workflows.sleep(Duration.ofHours(1));
            return "awake";
        }).start();
        this.time.advance(Duration.ofHours(2));
        second.engine().clockMoved();
        quiet(second);
        assertThat(this.client.service().describe(RUN).status()).isEqualTo(WorkflowStatus.RUNNING);
        operator().unpause(RUN, ALICE);
        assertThat(second.result("run").result()).isEqualTo(new Json("\"awake\""));
    }

    @Test
    void runThatWaitsForItsStartBeginsNoEarlierForHavingBeenPaused() {
        this.client.start();
        TestNode worker = worker().start();
        StartRequest plain = worker.request("Counts", "run", 1);
        worker.service()
            .start(new StartRequest(plain.workflowType(), plain.workflowId(), plain.taskQueue(), plain.input(), null,
                    plain.idReusePolicy(), plain.idConflictPolicy(), null, null, Duration.ofHours(1), null, null,
                    plain.memo(), plain.searchAttributes(), 3, null, null));
        operator().pause(RUN, ALICE);
        add(7);
        operator().unpause(RUN, ALICE);
        this.time.advance(Duration.ofMinutes(59));
        worker.engine().clockMoved();
        quiet(worker);
        assertThat(TestNode.types(worker.service(), "run")).containsExactly("WorkflowExecutionStarted");
        this.time.advance(Duration.ofMinutes(2));
        worker.engine().clockMoved();
        assertThat(worker.result("run").result()).isEqualTo(new Json("[7]"));
        assertThat(notes(worker)).hasSize(2);
    }

    @Test
    void pausedRunCanBeTerminated() {
        this.client.start();
        TestNode worker = worker().start();
        worker.begin("Counts", "run", 1);
        operator().pause(RUN, ALICE);
        this.client.service().terminate(RUN, "enough");
        assertThat(worker.result("run").status()).isEqualTo(WorkflowStatus.TERMINATED);
    }

    @Test
    void whoWaitsWhereARunWasTakenFromHearsOfItsEndThoughNobodyWasTold() {
        this.client.settings((s) -> s.clientOnly().deaf()).start();
        TestNode worker = worker().settings((s) -> s.deaf().heartbeat(Duration.ofMillis(50))).start();
        worker.begin("Counts", "run", 1);
        this.client.service().terminate(RUN, "enough");
        assertThat(worker.result("run").status()).isEqualTo(WorkflowStatus.TERMINATED);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void pausedQueueStandsStillOnAllNodesAndLosesNothing(boolean notified) {
        this.client.settings((s) -> notified ? s.clientOnly() : s.clientOnly().deaf()).start();
        List<TestNode> workers = List.of(worker().settings((s) -> notified ? s : s.deaf()),
                worker().settings((s) -> notified ? s : s.deaf()));
        workers.forEach(TestNode::start);
        int number = 30;
        for (int i = 0; i < number; i++) {
            workers.get(i % 2).begin("Steps", "steps-" + i);
        }
        operator().pause(EngineStore.Control.Kind.TASK_QUEUE, TestNode.QUEUE, ALICE);
        assertThat(operator().pauses()).singleElement().satisfies((pause) -> {
            assertThat(pause.name()).isEqualTo(TestNode.QUEUE);
            assertThat(pause.pausedBy()).isEqualTo("alice");
        });
        TestNode.await(() -> workers.stream().noneMatch((worker) -> worker.engine().runsHere("Steps", TestNode.QUEUE)));
        TestNode.await(() -> workers.stream().allMatch((worker) -> worker.engine().resident().all().isEmpty()));
        workers.forEach(this::quiet);
        int before = this.attempts.get();
        long events = this.nodes.count("select count(*) from engine.workflow_event");
        workers.getFirst().begin("Steps", "late");
        for (int i = 0; i < 3; i++) {
            workers.forEach(this::quiet);
        }
        assertThat(this.attempts).hasValue(before);
        assertThat(this.nodes.count("select count(*) from engine.workflow_event")).isEqualTo(events + 1);
        operator().unpause(EngineStore.Control.Kind.TASK_QUEUE, TestNode.QUEUE);
        for (int i = 0; i < number; i++) {
            assertThat(workers.getLast().result("steps-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
        assertThat(workers.getLast().result("late").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(this.attempts).hasValue(3 * (number + 1));
        assertThat(operator().pauses()).isEmpty();
    }

    @Test
    void pausedTypeStandsStillWhileOthersGoOn() {
        this.client.start();
        TestNode worker = worker().start();
        operator().pause(EngineStore.Control.Kind.WORKFLOW_TYPE, "Counts", ALICE);
        TestNode.await(() -> !worker.engine().runsHere("Counts", TestNode.QUEUE));
        worker.begin("Counts", "run", 1);
        add(1);
        worker.begin("Steps", "steps");
        assertThat(worker.result("steps").status()).isEqualTo(WorkflowStatus.COMPLETED);
        quiet(worker);
        assertThat(TestNode.types(worker.service(), "run")).hasSize(1);
        operator().unpause(EngineStore.Control.Kind.WORKFLOW_TYPE, "Counts");
        assertThat(worker.result("run").result()).isEqualTo(new Json("[1]"));
    }

    @Test
    void claimThatWasOnItsWayWhenItsTypeWasPausedIsGivenBack() {
        this.client.start();
        TestNode worker = worker();
        AtomicBoolean first = new AtomicBoolean(true);
        worker.faults = FaultyStore.with((method, arguments, call) -> {
            Object result = call.call();
            if (method.getName().startsWith("claim") && result instanceof List<?> claimed && !claimed.isEmpty()
                    && claimed.getFirst() instanceof EngineStore.ClaimedRun && first.compareAndSet(true, false)) {
                operator().pause(EngineStore.Control.Kind.WORKFLOW_TYPE, "Counts", ALICE);
                TestNode.await(() -> !worker.engine().runsHere("Counts", TestNode.QUEUE));
            }
            return result;
        });
        worker.start().begin("Counts", "run", 1);
        worker.engine().evictAll();
        int before = TestNode.types(worker.service(), "run").size();
        add(1);
        TestNode.await(() -> !first.get());
        worker.begin("Steps", "steps");
        assertThat(worker.result("steps").status()).isEqualTo(WorkflowStatus.COMPLETED);
        quiet(worker);
        assertThat(TestNode.types(worker.service(), "run")).hasSize(before);
        operator().unpause(EngineStore.Control.Kind.WORKFLOW_TYPE, "Counts");
        assertThat(worker.result("run").result()).isEqualTo(new Json("[1]"));
    }

    @Test
    void pausesAtAnyMomentLoseNoSignalAndKeepTheirOrder() throws Exception {
        long seed = System.nanoTime();
        System.out.println("PauseIntegrationTests seed " + seed);
        Random random = new Random(seed);
        this.client.start();
        List<TestNode> workers = List.of(worker().start(), worker().start());
        int number = 300;
        workers.getFirst().begin("Counts", "run", number);
        Thread sender = Thread.ofVirtual().start(() -> IntStream.range(0, number).forEach(this::add));
        for (int i = 0; i < 40; i++) {
            try {
                if (random.nextBoolean()) {
                    operator().pause(RUN, ALICE);
                }
                else {
                    operator().unpause(RUN, ALICE);
                }
            }
            catch (dev.workflow.client.WorkflowNotFoundException ex) {
                break;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(20_000_000));
        }
        sender.join(20_000);
        unpauseUnlessEnded();
        assertThat(workers.getLast().result("run").result())
            .isEqualTo(new Json(IntStream.range(0, number).boxed().toList().toString().replace(" ", "")));
        assertThat(TestNodes.soundHistory(workers.getFirst().service(), "run")
            .stream()
            .filter(WorkflowExecutionSignaled.class::isInstance)).hasSize(number);
        notes(workers.getLast());
    }

    private void unpauseUnlessEnded() {
        try {
            operator().unpause(RUN, ALICE);
        }
        catch (dev.workflow.client.WorkflowNotFoundException ex) {
            assertThat(this.client.service().describe(RUN).closeTime()).isNotNull();
        }
    }

    @Test
    void whatWasReadBeforeAPauseDoesNotHideIt() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch paused = new CountDownLatch(1);
        TestNode worker = worker();
        worker.faults = FaultyStore.with((method, arguments, call) -> {
            Object result = call.call();
            if (method.getName().equals("controls") && Thread.currentThread().getName().equals("slow")) {
                read.countDown();
                paused.await(10, TimeUnit.SECONDS);
            }
            return result;
        });
        this.client.start();
        worker.start();
        Thread slow = Thread.ofPlatform().name("slow").start(() -> worker.engine().controls().refresh());
        assertThat(read.await(10, TimeUnit.SECONDS)).isTrue();
        operator().pause(EngineStore.Control.Kind.TASK_QUEUE, TestNode.QUEUE, ALICE);
        Thread later = Thread.ofPlatform().start(() -> worker.engine().controls().refresh());
        TestNode.await(() -> !later.isAlive() || later.getState() == Thread.State.WAITING);
        paused.countDown();
        slow.join();
        later.join();
        assertThat(worker.engine().controls().isQueuePaused(TestNode.QUEUE)).isTrue();
    }

    /** It would wait for the lock that this very transaction holds. */
    @Test
    void runThatItsTransactionHasStartedOrSignaledCannotBePausedInIt() {
        this.client.start();
        TestNode worker = worker().start();
        worker.begin("Counts", "run", 1);
        this.nodes.transaction().executeWithoutResult((status) -> {
            worker.service().signal(RUN, "add", worker.json(1), null);
            worker.begin("Counts", "other", 1);
            for (WorkflowRef run : List.of(RUN, new WorkflowRef("other", null))) {
                for (Consumer<OperatorService> action : List.<Consumer<OperatorService>>of(
                        (operator) -> operator.pause(run, ALICE), (operator) -> operator.unpause(run, ALICE),
                        (operator) -> operator.activity(run, "5", new ActivityAction.Pause(), ALICE))) {
                    assertThatExceptionOfType(IllegalStateException.class)
                        .isThrownBy(() -> action.accept(worker.service().operator()))
                        .withMessageContaining("Call it after the commit");
                }
            }
        });
        assertThat(worker.result("run").result()).isEqualTo(new Json("[1]"));
    }

}

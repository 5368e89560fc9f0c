package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.ChildHandle;
import dev.workflow.ChildOptions;
import dev.workflow.ParentClosePolicy;
import dev.workflow.Workflows;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.ResetOrigin;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.payload.Json;
import dev.workflow.replay.WorkflowMachine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Resets and forks on a real database, with several nodes. */
class ResetsIntegrationTests {

    private static final ResetOptions DEFAULTS = ResetOptions.defaults();

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final AtomicInteger calls = new AtomicInteger();

    private final AtomicInteger rate = new AtomicInteger(1);

    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();

    private TestNode node() {
        return this.nodes.node().activity("Echo", (arguments) -> {
            this.calls.incrementAndGet();
            return arguments.get(0, Object.class);
        }).activity("Gate", (arguments) -> {
            this.calls.incrementAndGet();
            this.gates.computeIfAbsent(arguments.get(0, String.class), (name) -> new CountDownLatch(1)).await();
            return "passed";
        })
            .workflow("Everything", (arguments) -> everything())
            .workflow("Gated", (arguments) -> echo("before") + gate(arguments.get(0, String.class)) + echo("after"))
            .workflow("Counter", (arguments) -> counter(arguments.get(0, Integer.class)))
            .workflow("Draws", (arguments) -> {
                String first = Workflows.randomUUID().toString();
                echo(first);
                String second = Workflows.randomUUID().toString();
                echo(second);
                return first + " " + second;
            })
            .workflow("Rated", (arguments) -> {
                int first = rate();
                Workflows.sideEffect(Integer.class, () -> 7);
                int second = rate();
                echo(second);
                return first + " " + second + " " + rate();
            })
            .workflow("Child", (arguments) -> gate(arguments.get(0, String.class)))
            .workflow("Parent", (arguments) -> {
                ChildHandle<Object, String> child = Workflows.startChild("Child", String.class,
                        ChildOptions.withId(arguments.get(0, String.class))
                            .parentClosePolicy(ParentClosePolicy.valueOf(arguments.get(1, String.class))),
                        arguments.get(0, String.class));
                child.started().get();
                return echo("started") + " " + child.result().get();
            });
    }

    private static Object echo(Object value) {
        return Workflows.activity("Echo", Object.class, ActivityOptions.defaults(), value);
    }

    private static String gate(String name) {
        return Workflows.activity("Gate", String.class, ActivityOptions.defaults(), name);
    }

    /** Something of each kind, with a result that does not depend on chance. */
    private static Object everything() {
        int drawn = Workflows.random().nextInt(0, 3);
        for (int i = 0; i < drawn; i++) {
            echo(i);
        }
        int side = Workflows.sideEffect(Integer.class, () -> 7);
        int version = Workflows.version("change", 1, 2);
        Workflows.sleep(Duration.ofMillis(20));
        var one = Workflows.async(() -> echo("one"));
        var two = Workflows.async(() -> Workflows.child("Kid", Object.class, ChildOptions.defaults(), "two"));
        return "%s %s %s %s".formatted(one.get(), two.get(), side, version);
    }

    private static Object counter(int until) {
        List<String> taken = new ArrayList<>();
        Workflows.onSignal("add", (given) -> taken.add(given.get(0, String.class)));
        Workflows.await(() -> taken.size() >= until / 2);
        echo("half");
        Workflows.await(() -> taken.size() >= until);
        return String.join(",", taken);
    }

    private int rate() {
        return Workflows.mutableSideEffect("rate", Integer.class, (before, now) -> !before.equals(now), this.rate::get);
    }

    private void open(String gate) {
        this.gates.computeIfAbsent(gate, (name) -> new CountDownLatch(1)).countDown();
    }

    private static WorkflowRef id(String workflowId) {
        return new WorkflowRef(workflowId, null);
    }

    private static List<HistoryEvent> history(TestNode node, String workflowId, String runId) {
        return node.service().history(new WorkflowRef(workflowId, runId), 0, 100_000);
    }

    /** The run replays on that node, which may never have had it. */
    private static void replays(TestNode node, String workflowId, String runId) {
        WorkflowExecutionStarted started = (WorkflowExecutionStarted) history(node, workflowId, runId).getFirst();
        try (WorkflowMachine machine = new WorkflowMachine(
                java.util.Objects.requireNonNull(node.types.workflow(started.workflowType())),
                node.engine().machineSettings())) {
            List<CommandEvent> news = machine.replay(node.store.history(UUID.fromString(runId), 0));
            assertThat(news).as("commands that the history lacks").isEmpty();
        }
    }

    private void nothingIsLeft() {
        for (String table : List.of("workflow_task", "workflow_activity_task", "workflow_message")) {
            TestNode.await(() -> this.nodes.count("select count(*) from engine." + table) == 0);
        }
    }

    private static TestNode kid(TestNode node) {
        return node.workflow("Kid", (arguments) -> echo(arguments.get(0, Object.class)));
    }

    @Test
    void closedRunIsResetToEachOfItsEvents() {
        TestNode one = kid(node()).start();
        TestNode two = kid(node()).start();
        StartResult first = one.begin("Everything", "w");
        Json expected = one.result("w").result();
        List<HistoryEvent> original = history(one, "w", first.runId());
        assertThat(original).hasSizeGreaterThan(10);
        for (int event = 1; event < original.size(); event++) {
            StartResult reset = ((event % 2 == 0) ? one : two).service()
                .reset(new WorkflowRef("w", first.runId()), ResetPoint.event(event), DEFAULTS);
            WorkflowOutcome outcome = one.result("w");
            assertThat(outcome.runId()).as("reset to event %d", event).isEqualTo(reset.runId());
            assertThat(outcome.result()).as("reset to event %d", event).isEqualTo(expected);
            List<HistoryEvent> history = TestNodes.soundHistory(two.service(), "w");
            assertThat(history.subList(1, event)).isEqualTo(original.subList(1, event));
            replays(one, "w", reset.runId());
            replays(two, "w", reset.runId());
        }
        nothingIsLeft();
    }

    @Test
    void eventThatEndsTheRunAndThoseThatItHasNotAreNoPoints() {
        TestNode node = node().start();
        node.begin("Draws", "w");
        node.result("w");
        for (long event : new long[] { 6, 7, 400 }) {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> node.service().reset(id("w"), ResetPoint.event(event), DEFAULTS))
                .withMessageContaining("expected 1 to 5")
                .withMessageContaining("WorkflowExecutionCompleted");
        }
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isEqualTo(1);
    }

    @Test
    void openRunEndsAndItsPendingActivityIsDoneAgain() {
        TestNode one = node().start();
        TestNode two = node().start();
        StartResult first = one.begin("Gated", "w", "g");
        TestNode.await(() -> this.calls.get() == 2);
        StartResult reset = two.service()
            .reset(id("w"), ResetPoint.event(4), DEFAULTS.reason("the gate was the wrong one"));
        TestNode.await(() -> this.calls.get() == 3);
        open("g");
        // Whoever waits for the chain that began with the first run waits for the new
        // one.
        WorkflowOutcome outcome = one.service()
            .result(new WorkflowRef("w", first.runId()), true, Duration.ofSeconds(20));
        assertThat(outcome).isNotNull();
        assertThat(outcome.runId()).isEqualTo(reset.runId());
        assertThat(outcome.result()).isEqualTo(new Json("\"beforepassedafter\""));
        List<HistoryEvent> ended = history(one, "w", first.runId());
        assertThat(ended.getLast()).isInstanceOfSatisfying(WorkflowExecutionTerminated.class, (event) -> {
            assertThat(event.reason())
                .isEqualTo("Reset to event 4, in run " + reset.runId() + ": the gate was the wrong one");
            assertThat(event.identity()).isNotBlank();
        });
        WorkflowExecutionStarted started = (WorkflowExecutionStarted) history(one, "w", reset.runId()).getFirst();
        assertThat(started.firstExecutionRunId()).isEqualTo(first.runId());
        assertThat(started.resets()).singleElement().satisfies((origin) -> {
            assertThat(origin.runId()).isEqualTo(first.runId());
            assertThat(origin.eventId()).isEqualTo(4);
            assertThat(origin.reason()).isEqualTo("the gate was the wrong one");
            assertThat(origin.identity()).isNotBlank();
        });
        assertThat(one.service().describe(new WorkflowRef("w", first.runId())).status())
            .isEqualTo(WorkflowStatus.TERMINATED);
        replays(one, "w", reset.runId());
        nothingIsLeft();
    }

    @Test
    void resetRunGoesOnAfterEviction() {
        TestNode node = node().start();
        node.begin("Gated", "w", "g");
        TestNode.await(() -> this.calls.get() == 2);
        StartResult reset = node.service().reset(id("w"), ResetPoint.event(1), DEFAULTS);
        TestNode.await(() -> this.calls.get() == 4);
        node.engine().evictAll();
        open("g");
        assertThat(node.result("w").result()).isEqualTo(new Json("\"beforepassedafter\""));
        replays(node, "w", reset.runId());
    }

    @Test
    void lastPointIsBeforeWhatTheCodeOrderedLast() {
        TestNode node = node().start();
        StartResult first = node.begin("Gated", "w", "g");
        TestNode.await(() -> this.calls.get() == 2);
        StartResult reset = node.service().reset(id("w"), ResetPoint.last(), DEFAULTS);
        TestNode.await(() -> this.calls.get() == 3);
        WorkflowExecutionStarted started = (WorkflowExecutionStarted) history(node, "w", reset.runId()).getFirst();
        assertThat(started.resets()).extracting(ResetOrigin::eventId).containsExactly(3L);
        assertThat(started.resets()).extracting(ResetOrigin::runId).containsExactly(first.runId());
        open("g");
        assertThat(node.result("w").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    @Test
    void whatIsKeptIsDrawnAgainAndWhatIsDoneAnewDrawsAfresh() {
        TestNode node = node().start();
        StartResult first = node.begin("Draws", "w");
        String[] drawn = text(node.result("w").result()).split(" ");
        StartResult second = node.service().reset(new WorkflowRef("w", first.runId()), ResetPoint.event(3), DEFAULTS);
        String[] again = text(node.result("w").result()).split(" ");
        assertThat(again[0]).isEqualTo(drawn[0]);
        assertThat(again[1]).isNotEqualTo(drawn[1]);
        // A reset of the reset, behind the first point and before it.
        StartResult third = node.service().reset(new WorkflowRef("w", second.runId()), ResetPoint.event(4), DEFAULTS);
        assertThat(text(node.result("w").result()).split(" ")).containsExactly(again);
        node.service().reset(new WorkflowRef("w", third.runId()), ResetPoint.event(2), DEFAULTS);
        String[] back = text(node.result("w").result()).split(" ");
        assertThat(back[0]).isEqualTo(drawn[0]);
        assertThat(back[1]).isNotIn(drawn[1], again[1]);
        StartResult fresh = node.service().reset(new WorkflowRef("w", third.runId()), ResetPoint.first(), DEFAULTS);
        assertThat(text(node.result("w").result()).split(" ")[0]).isNotEqualTo(drawn[0]);
        replays(node, "w", third.runId());
        replays(node, "w", fresh.runId());
    }

    @Test
    void whatTheCodeDoesBehindThePointHappensForTheFirstTime() {
        TestNode node = node().start();
        WorkflowRef first = new WorkflowRef("w", node.begin("Rated", "w").runId());
        assertThat(text(node.result("w").result())).isEqualTo("1 1 1");
        this.rate.set(2);
        StartResult afterInput = node.service().reset(first, ResetPoint.event(5), DEFAULTS);
        assertThat(text(node.result("w").result())).isEqualTo("1 1 2");
        StartResult afterCommand = node.service().reset(first, ResetPoint.event(3), DEFAULTS);
        assertThat(text(node.result("w").result())).isEqualTo("1 2 2");
        this.rate.set(3);
        replays(node, "w", afterInput.runId());
        replays(node, "w", afterCommand.runId());
    }

    private static String text(Json json) {
        return json.text().replace("\"", "");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void laterSignalsAreKeptInTheirOrderOrDropped(boolean keep) {
        TestNode node = node().start();
        StartResult first = node.begin("Counter", "w", 6);
        for (int i = 0; i < 5; i++) {
            node.service().signal(id("w"), "add", node.json("s" + i), "request-" + i);
        }
        TestNode.await(() -> TestNode.types(node.service(), "w").contains("ActivityTaskCompleted"));
        // Kept: the start and the first signal.
        node.service().reset(id("w"), ResetPoint.event(2), DEFAULTS.keepSignals(keep));
        // A request that the kept events have seen stays a repetition.
        node.service().signal(id("w"), "add", node.json("again"), "request-0");
        for (int i = 5; i < (keep ? 6 : 10); i++) {
            node.service().signal(id("w"), "add", node.json("s" + i), "request-" + i);
        }
        WorkflowOutcome outcome = node.service()
            .result(new WorkflowRef("w", first.runId()), true, Duration.ofSeconds(20));
        assertThat(outcome).isNotNull();
        assertThat(outcome.result()).isEqualTo(new Json(keep ? "\"s0,s1,s2,s3,s4,s5\"" : "\"s0,s5,s6,s7,s8,s9\""));
    }

    @Test
    void resetHappensIfAndOnlyIfTheCallersTransactionCommits() {
        TestNode node = node().start();
        StartResult first = node.begin("Gated", "w", "g");
        TestNode.await(() -> this.calls.get() == 2);
        this.nodes.transaction().executeWithoutResult((status) -> {
            node.service().reset(id("w"), ResetPoint.first(), DEFAULTS);
            status.setRollbackOnly();
        });
        assertThat(node.service().describe(id("w")).runId()).isEqualTo(first.runId());
        StartResult reset = this.nodes.transaction()
            .execute((status) -> node.service().reset(id("w"), ResetPoint.first(), DEFAULTS));
        assertThat(reset).isNotNull();
        open("g");
        WorkflowOutcome outcome = node.result("w");
        assertThat(outcome.runId()).isEqualTo(reset.runId());
        assertThat(outcome.result()).isEqualTo(new Json("\"beforepassedafter\""));
        this.nodes.transaction().executeWithoutResult((status) -> {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> node.service().reset(id("w"), ResetPoint.event(99), DEFAULTS));
            node.service().fork(id("w"), ResetPoint.event(2), "fork", DEFAULTS);
            node.service().reset(id("w"), ResetPoint.event(2), DEFAULTS);
            assertThatIllegalArgumentException()
                .isThrownBy(() -> node.service().reset(id("w"), ResetPoint.event(2), DEFAULTS))
                .withMessageContaining("in the transaction that starts or resets it");
        });
        assertThat(node.result("fork").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(node.result("w").status()).isEqualTo(WorkflowStatus.COMPLETED);
        nothingIsLeft();
    }

    @Test
    void whatIsDoneAnewIsDoneNowAndWhatIsPendingKeepsItsTime() {
        TestNodes.Time time = new TestNodes.Time();
        TestNode node = this.nodes.node(time).workflow("Sleeps", (arguments) -> {
            Instant begin = Workflows.now();
            var other = Workflows.timer(Duration.ofDays(10));
            Workflows.sleep(Duration.ofDays(1));
            Instant middle = Workflows.now();
            Workflows.sleep(Duration.ofDays(1));
            other.get();
            return begin + " " + middle + " " + Workflows.now();
        }).start();
        Instant begin = time.instant();
        StartResult first = node.begin("Sleeps", "w");
        time.advance(Duration.ofDays(1));
        awaitEvents(node, "TimerStarted", 3);
        time.advance(Duration.ofDays(1));
        awaitEvents(node, "TimerFired", 2);
        time.advance(Duration.ofDays(8));
        assertThat(text(node.result("w").result()))
            .isEqualTo(begin + " " + begin.plus(Duration.ofDays(1)) + " " + begin.plus(Duration.ofDays(10)));
        time.advance(Duration.ofDays(20));
        // After the first sleep: the second one begins now, the other timer is long due.
        StartResult reset = node.service().reset(new WorkflowRef("w", first.runId()), ResetPoint.event(4), DEFAULTS);
        awaitEvents(node, "TimerFired", 2);
        assertThat(node.service().describe(id("w")).pendingTimers()).singleElement()
            .satisfies((timer) -> assertThat(timer.fireTime()).isEqualTo(begin.plus(Duration.ofDays(31))));
        time.advance(Duration.ofDays(1));
        assertThat(text(node.result("w").result()))
            .isEqualTo(begin + " " + begin.plus(Duration.ofDays(30)) + " " + begin.plus(Duration.ofDays(31)));
        replays(node, "w", reset.runId());
    }

    private static void awaitEvents(TestNode node, String type, int count) {
        TestNode.await(() -> TestNode.types(node.service(), "w").stream().filter(type::equals).count() == count);
    }

    @Test
    void runThatWasEndedElsewhereIsDroppedAlsoWhereNobodyIsTold() {
        TestNode deaf = this.nodes.node()
            .settings((s) -> s.deaf().heartbeat(Duration.ofMillis(50)))
            .workflow("Waits", (arguments) -> {
                Workflows.await(() -> false);
                return null;
            });
        deaf.start();
        deaf.begin("Waits", "w");
        TestNode other = this.nodes.node().queues("elsewhere").start();
        var result = deaf.service().resultAsync(id("w"), true);
        other.service().terminate(id("w"), "enough");
        assertThat(result.orTimeout(20, TimeUnit.SECONDS).join().status()).isEqualTo(WorkflowStatus.TERMINATED);
    }

    @Test
    void repeatedRequestResetsOnce() {
        TestNode node = node().start();
        node.begin("Gated", "w", "g");
        TestNode.await(() -> this.calls.get() == 2);
        ResetOptions once = DEFAULTS.requestId("reset-1");
        StartResult reset = node.service().reset(id("w"), ResetPoint.first(), once);
        assertThat(node.service().reset(id("w"), ResetPoint.first(), once))
            .isEqualTo(new StartResult("w", reset.runId(), false));
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isEqualTo(2);
        open("g");
        assertThat(node.result("w").runId()).isEqualTo(reset.runId());
    }

    @Test
    void openChildGoesOnAsTheNewRunsAndItsEndComesThere() {
        TestNode one = node().start();
        TestNode two = node().start();
        StartResult first = one.begin("Parent", "p", "c", "TERMINATE");
        TestNode.await(() -> TestNode.types(one.service(), "p").contains("ActivityTaskCompleted"));
        StartResult child = new StartResult("c", one.service().describe(id("c")).runId(), true);
        // The child has started; what follows is done again.
        StartResult reset = two.service().reset(id("p"), ResetPoint.event(3), DEFAULTS);
        TestNode.await(() -> TestNode.types(one.service(), "p").contains("ActivityTaskCompleted"));
        assertThat(one.service().describe(id("p")).pendingChildren()).singleElement()
            .satisfies((c) -> assertThat(c.runId()).isEqualTo(child.runId()));
        open("c");
        assertThat(one.result("p").result()).isEqualTo(new Json("\"started passed\""));
        assertThat(one.service().describe(id("c")).runId()).isEqualTo(child.runId());
        assertThat(one.service().describe(new WorkflowRef("p", first.runId())).status())
            .isEqualTo(WorkflowStatus.TERMINATED);
        replays(two, "p", reset.runId());
        nothingIsLeft();
    }

    @Test
    void childThatIsResetAtAnOlderRunEndsForTheParentOfItsNewestOne() {
        TestNode node = node().start();
        node.begin("Parent", "p", "c", "TERMINATE");
        TestNode.await(() -> TestNode.types(node.service(), "p").contains("ActivityTaskCompleted"));
        WorkflowRef oldest = new WorkflowRef("c", node.service().describe(id("c")).runId());
        node.service().reset(id("c"), ResetPoint.event(1), DEFAULTS);
        StartResult parent = node.service().reset(id("p"), ResetPoint.event(3), DEFAULTS);
        TestNode.await(() -> TestNode.types(node.service(), "p").contains("ActivityTaskCompleted"));
        StartResult newest = node.service().reset(oldest, ResetPoint.event(1), DEFAULTS);
        open("c");
        assertThat(node.result("p").result()).isEqualTo(new Json("\"started passed\""));
        assertThat(node.service().describe(id("p")).runId()).isEqualTo(parent.runId());
        assertThat(node.service().describe(id("c")).runId()).isEqualTo(newest.runId());
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = { 2, 3, 5 })
    void endOfAChildThatCameLaterIsToldAgain(int event) {
        TestNode node = node().start();
        open("c");
        StartResult first = node.begin("Parent", "p", "c", "TERMINATE");
        Json expected = node.result("p").result();
        StartResult reset = node.service()
            .reset(new WorkflowRef("p", first.runId()), ResetPoint.event(event), DEFAULTS);
        WorkflowOutcome outcome = node.result("p");
        assertThat(outcome.runId()).isEqualTo(reset.runId());
        assertThat(outcome.result()).isEqualTo(expected);
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution where workflow_id = 'c'"))
            .isEqualTo(1);
        replays(node, "p", reset.runId());
        nothingIsLeft();
    }

    @Test
    void childThatTheEndedRunOrderedLaterMakesRoomForItsSuccessor() {
        TestNode node = node().start();
        node.begin("Parent", "p", "c", "TERMINATE");
        TestNode.await(() -> TestNode.types(node.service(), "p").contains("ActivityTaskCompleted"));
        String before = node.service().describe(id("c")).runId();
        node.service().reset(id("p"), ResetPoint.first(), DEFAULTS);
        assertThat(node.service().describe(new WorkflowRef("c", before)).status()).isEqualTo(WorkflowStatus.TERMINATED);
        open("c");
        assertThat(node.result("p").result()).isEqualTo(new Json("\"started passed\""));
        assertThat(node.service().describe(id("c")).runId()).isNotEqualTo(before);
        nothingIsLeft();
    }

    @Test
    void forkGoesItsOwnWayAndTheOriginalOn() {
        TestNode one = node().start();
        TestNode two = node().start();
        StartResult first = one.begin("Counter", "w", 4);
        for (int i = 0; i < 3; i++) {
            one.service().signal(id("w"), "add", one.json("s" + i), null);
        }
        TestNode.await(() -> TestNode.types(one.service(), "w").contains("ActivityTaskCompleted"));
        StartResult fork = two.service().fork(id("w"), ResetPoint.event(3), "f", DEFAULTS.reason("what if"));
        two.service().fork(id("w"), ResetPoint.event(3), "g", DEFAULTS.keepSignals(false));
        assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
            .isThrownBy(() -> one.service().fork(id("w"), ResetPoint.first(), "f", DEFAULTS));
        one.service().signal(id("w"), "add", one.json("w3"), null);
        one.service().signal(id("f"), "add", one.json("f3"), null);
        one.service().signal(id("g"), "add", one.json("g2"), null);
        one.service().signal(id("g"), "add", one.json("g3"), null);
        assertThat(text(one.result("w").result())).isEqualTo("s0,s1,s2,w3");
        assertThat(text(one.result("f").result())).isEqualTo("s0,s1,s2,f3");
        assertThat(text(one.result("g").result())).isEqualTo("s0,s1,g2,g3");
        assertThat(one.result("w").runId()).isEqualTo(first.runId());
        WorkflowExecutionStarted started = (WorkflowExecutionStarted) history(one, "f", fork.runId()).getFirst();
        assertThat(started.workflowId()).isEqualTo("f");
        assertThat(started.firstExecutionRunId()).isEqualTo(fork.runId());
        assertThat(started.resets()).singleElement().satisfies((origin) -> {
            assertThat(origin.workflowId()).isEqualTo("w");
            assertThat(origin.reason()).isEqualTo("what if");
        });
        replays(two, "f", fork.runId());
        nothingIsLeft();
    }

    @Test
    void forkCannotHaveTheChildOfAnother() {
        TestNode node = node().start();
        node.begin("Parent", "p", "c", "TERMINATE");
        TestNode.await(() -> TestNode.types(node.service(), "p").contains("ActivityTaskCompleted"));
        assertThatIllegalStateException()
            .isThrownBy(() -> node.service().fork(id("p"), ResetPoint.last(), "f", DEFAULTS))
            .withMessageContaining("child 'c'");
        open("c");
        Json expected = node.result("p").result();
        StartResult fork = node.service().fork(id("p"), ResetPoint.event(3), "f", DEFAULTS);
        assertThat(node.result("f").result()).isEqualTo(expected);
        replays(node, "f", fork.runId());
        nothingIsLeft();
    }

    @Test
    void terminatedBeforeItsCodeWentOnTheResetRunStillReplays() {
        TestNode node = node().start();
        StartResult first = node.begin("Draws", "w");
        node.result("w");
        TestNode other = this.nodes.node().queues("elsewhere").start();
        node.close();
        StartResult reset = other.service().reset(new WorkflowRef("w", first.runId()), ResetPoint.event(3), DEFAULTS);
        other.service().terminate(id("w"), "never mind");
        TestNode late = node().start();
        replays(late, "w", reset.runId());
        assertThat(history(late, "w", reset.runId())).hasSize(4);
    }

    /**
     * Two nodes send and reset at random points; no acknowledged signal is lost or
     * doubled.
     */
    @Test
    void resetsAmongSignalsLoseAndDoubleNone() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed of the resets among signals: " + seed);
        Random random = new Random(seed);
        TestNode one = node().start();
        TestNode two = node().start();
        int signals = 200;
        one.begin("Counter", "w", signals);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> senders = new ArrayList<>();
            for (int s = 0; s < 4; s++) {
                int from = s;
                TestNode node = (s % 2 == 0) ? one : two;
                senders.add(threads.submit(() -> {
                    for (int i = from; i < signals; i += 4) {
                        String text = "s" + i;
                        // The last one ends the run; those before find one that is open.
                        node.service().signal(id("w"), "add", node.json(text), text);
                    }
                }));
            }
            for (int i = 0; i < 25; i++) {
                TestNode node = random.nextBoolean() ? one : two;
                WorkflowDetails run = node.service().describe(id("w"));
                if (run.status() != WorkflowStatus.RUNNING) {
                    break;
                }
                long event = 1 + random.nextLong(run.historyLength());
                node.service().reset(new WorkflowRef("w", run.runId()), ResetPoint.event(event), DEFAULTS);
                if (random.nextInt(4) == 0) {
                    node.engine().evictAll();
                }
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        }
        WorkflowOutcome outcome = one.result("w");
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < signals; i++) {
            expected.add("s" + i);
        }
        assertThat(text(outcome.result()).split(",")).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
        List<HistoryEvent> history = TestNodes.soundHistory(two.service(), "w");
        assertThat(history).filteredOn(WorkflowExecutionSignaled.class::isInstance).hasSize(signals);
        assertThat(history).filteredOn(ActivityTaskScheduled.class::isInstance).hasSize(1);
        replays(two, "w", outcome.runId());
        nothingIsLeft();
    }

    @Test
    void baseThatIsBeingDeletedIsNotReset() throws Exception {
        TestNode node = node().start();
        node.begin("Draws", "w");
        node.result("w");
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> reset = this.nodes.transaction().execute((status) -> {
                this.nodes.jdbc().sql("select 1 from engine.workflow_execution for update").query().singleRow();
                Future<?> fork = threads
                    .submit(() -> node.service().fork(id("w"), ResetPoint.event(5), "fork", DEFAULTS));
                assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> fork.get(20, TimeUnit.SECONDS))
                    .withMessageContaining("is held by a transaction");
                this.nodes.jdbc().sql("delete from engine.workflow_event where event_id > 3").update();
                return threads.submit(() -> node.service().reset(id("w"), ResetPoint.event(5), DEFAULTS));
            });
            assertThat(reset).isNotNull();
            // As it has read the history before or after that was gone.
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> reset.get(20, TimeUnit.SECONDS))
                .satisfies((failure) -> assertThat(failure.getCause()).isInstanceOfAny(WorkflowNotFoundException.class,
                        IllegalArgumentException.class));
        }
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isEqualTo(1);
    }

    @Test
    void signalsAreTakenOnceHoweverOftenTheSameRunIsReset() {
        TestNode node = node().start();
        StartResult first = node.begin("Counter", "w", 8);
        for (int i = 0; i < 4; i++) {
            node.service().signal(id("w"), "add", node.json("s" + i), null);
        }
        TestNode.await(() -> TestNode.types(node.service(), "w").contains("ActivityTaskCompleted"));
        // Kept: two signals, one signal, and again two, of the first run.
        String latest = first.runId();
        int sent = 4;
        for (long event : new long[] { 3, 2, 3 }) {
            latest = node.service()
                .reset(new WorkflowRef("w", first.runId()), ResetPoint.event(event), DEFAULTS)
                .runId();
            TestNode.await(() -> TestNode.types(node.service(), "w").contains("ActivityTaskCompleted"));
            node.service().signal(id("w"), "add", node.json("s" + sent), null);
            sent++;
        }
        // A signal that was copied, in a reset of the copy.
        node.service().reset(new WorkflowRef("w", latest), ResetPoint.event(2), DEFAULTS);
        node.service().reset(new WorkflowRef("w", first.runId()), ResetPoint.event(2), DEFAULTS);
        node.service().signal(id("w"), "add", node.json("s" + sent), null);
        assertThat(node.result("w").result()).isEqualTo(new Json("\"s0,s1,s2,s3,s4,s5,s6,s7\""));
    }

    @Test
    void resetOfPausedRunIsPaused() {
        TestNode node = node().start();
        Operator alice = new Operator("alice", "maintenance");
        node.begin("Gated", "w", "g");
        TestNode.await(() -> this.calls.get() == 2);
        node.service().operator().pause(id("w"), alice);
        open("g");
        StartResult reset = node.service().reset(id("w"), ResetPoint.event(4), DEFAULTS);
        WorkflowDetails paused = node.service().describe(id("w"));
        assertThat(paused.runId()).isEqualTo(reset.runId());
        assertThat(paused.isPaused()).isTrue();
        assertThat(paused.problem()).contains("alice", "maintenance");
        assertThat(this.nodes.count("select count(*) from engine.workflow_activity_task where run_id = ?::uuid "
                + "and paused = 2 and due_at > now() + interval '10 years'", reset.runId()))
            .isEqualTo(1);
        node.service().operator().unpause(id("w"), alice);
        assertThat(node.result("w").result()).isEqualTo(new Json("\"beforepassedafter\""));
        replays(node, "w", reset.runId());
    }

}

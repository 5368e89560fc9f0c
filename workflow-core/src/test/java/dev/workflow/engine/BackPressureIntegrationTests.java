package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import dev.workflow.ActivityOptions;
import dev.workflow.ChildOptions;
import dev.workflow.Workflows;
import dev.workflow.batch.BatchAction;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.BatchRunner;
import dev.workflow.batch.Batches;
import dev.workflow.client.BatchDescription;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.client.TooManyRequestsException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.visibility.WorkflowLists;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is refused, what waits and what goes on while too much waits. */
class BackPressureIntegrationTests {

    private static final int BACKLOG = 5;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private TestNode node(EngineLimits limits, UnaryOperator<TestNode.Settings> settings) {
        TestNode node = this.nodes.node(this.time)
            .settings(settings)
            .activity("Echo", (arguments) -> arguments.get(0, Object.class))
            .workflow("Child", (arguments) -> "child")
            .workflow("Waits", (arguments) -> {
                AtomicBoolean go = new AtomicBoolean();
                Workflows.onSignal("go", (given) -> go.set(true));
                Workflows.onUpdate("set", (given) -> "set");
                Workflows.await(go::get);
                return "went";
            })
            .workflow("Grows", (arguments) -> {
                int round = arguments.get(0, Integer.class);
                AtomicBoolean go = new AtomicBoolean(round > 0);
                Workflows.onSignal("go", (given) -> go.set(true));
                Workflows.await(go::get);
                Workflows.activity("Echo", Object.class, ActivityOptions.defaults(), "hello");
                Workflows.child("Child", String.class, ChildOptions.defaults());
                if (round == 0) {
                    Workflows.external("other").signal("go");
                }
                if (round < 2) {
                    Workflows.continueAsNew(round + 1);
                }
                return "grown";
            });
        node.limits = limits;
        return node.start();
    }

    /** A node that does all the work, and refuses from five on. */
    private TestNode pressed() {
        return node(new EngineLimits(Map.of(), 0, BACKLOG, Map.of()), UnaryOperator.identity());
    }

    /** A client that puts up with everything. */
    private TestNode free() {
        return node(EngineLimits.NONE, TestNode.Settings::clientOnly);
    }

    /** Runs that nobody has code for wait in the queue. */
    private void press(TestNode pressed, TestNode free) {
        for (int i = 0; i < BACKLOG; i++) {
            free.service().start(free.request("Unheard", "unheard-" + i).declaring(TestNode.QUEUE));
        }
        pressed.engine().gauges().countBacklogs();
    }

    private void relieve(TestNode pressed) {
        for (int i = 0; i < BACKLOG; i++) {
            pressed.service().terminate(new WorkflowRef("unheard-" + i, null), "room");
        }
        pressed.engine().gauges().countBacklogs();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(TooManyRequestsException.class).isThrownBy(call)
            .satisfies((ex) -> assertThat(ex.retryAfter()).isPositive())
            .withMessageContaining("workflow.back-pressure");
    }

    private static WorkflowRef ref(String workflowId) {
        return new WorkflowRef(workflowId, null);
    }

    private static void everythingFromOutsideIsRefused(TestNode node) {
        WorkflowService service = node.service();
        assertRefused(() -> node.begin("Waits", "more"));
        assertRefused(() -> service.signal(ref("one"), "go", Json.EMPTY_ARRAY, null));
        assertRefused(() -> service.update(ref("one"), "u", "set", Json.EMPTY_ARRAY, true, Duration.ofSeconds(1)));
        assertRefused(() -> service.updateWithStart(node.request("Waits", "two"), "u",
                new HandlerCall("set", Json.EMPTY_ARRAY, Map.of()), Duration.ofSeconds(1)));
        assertRefused(() -> service.reset(ref("one"), ResetPoint.first(), ResetOptions.defaults()));
        assertRefused(() -> service.fork(ref("one"), ResetPoint.first(), "fork", ResetOptions.defaults()));
    }

    @Test
    void whatComesFromOutsideIsRefusedWhileAQueueHasALongBacklog() {
        TestNode node = pressed();
        TestNode free = free();
        node.begin("Waits", "one");
        node.begin("Waits", "two");
        press(node, free);
        everythingFromOutsideIsRefused(node);
        assertThat(node.engine().backPressure().refused()).isEqualTo(6);
        // What makes queues shorter is not.
        node.service().cancel(ref("two"), "enough");
        assertThat(node.service().describe(ref("one")).status()).isEqualTo(WorkflowStatus.RUNNING);
        relieve(node);
        assertThat(
                node.service().update(ref("one"), "u", "set", Json.EMPTY_ARRAY, true, Duration.ofSeconds(10)).result())
            .isEqualTo(new Json("\"set\""));
        node.service().signal(ref("one"), "go", Json.EMPTY_ARRAY, null);
        assertThat(node.result("one").result()).isEqualTo(new Json("\"went\""));
    }

    @Test
    void whatComesFromOutsideIsRefusedWhileTooMuchWaitsToBeWritten() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        AtomicBoolean slow = new AtomicBoolean();
        AtomicInteger writing = new AtomicInteger();
        TestNode node = this.nodes.node(this.time).workflow("Waits", (arguments) -> {
            Workflows.await(() -> false);
            return null;
        });
        node.limits = new EngineLimits(Map.of(), 10, 0, Map.of());
        node.faults = FaultyStore.with((method, arguments, call) -> {
            if (slow.get() && method.getName().equals("commit")) {
                writing.incrementAndGet();
                stuck.await(30, TimeUnit.SECONDS);
            }
            return call.call();
        });
        node.start();
        node.begin("Waits", "one");
        slow.set(true);
        List<Thread> starts = new ArrayList<>();
        TestNode.await(() -> {
            CompletableFuture<Object> tried = new CompletableFuture<>();
            starts.add(Thread.ofVirtual().start(() -> {
                try {
                    tried.complete(node.begin("Waits", null));
                }
                catch (TooManyRequestsException ex) {
                    tried.completeExceptionally(ex);
                }
            }));
            // Once every committer is stuck nothing is taken any more.
            return writing.get() >= node.engine().settings().committers() && node.engine().committer().waiting() >= 10;
        });
        everythingFromOutsideIsRefused(node);
        assertThat(node.engine().backPressure().holdsUp()).contains("waiting-commits");
        stuck.countDown();
        TestNode.await(() -> node.engine().committer().isIdle());
        node.service().signal(ref("one"), "go", Json.EMPTY_ARRAY, null);
        for (Thread start : starts) {
            start.join(Duration.ofSeconds(10));
        }
    }

    @Test
    void whatRunsOrderThemselvesGoesOn() {
        TestNode node = pressed();
        TestNode free = free();
        node.begin("Grows", "grows", 0);
        free.begin("Waits", "other");
        press(node, free);
        free.service().signal(ref("grows"), "go", Json.EMPTY_ARRAY, null);
        assertThat(node.result("grows").result()).isEqualTo(new Json("\"grown\""));
        assertThat(node.result("other").result()).isEqualTo(new Json("\"went\""));
    }

    @Test
    void schedulesWaitAndLoseNothing() {
        TestNode node = pressed();
        TestNode free = free();
        node.service()
            .schedules()
            .create("s", ScheduleSpec.every(Duration.ofHours(1)), node.request("Child", null),
                    ScheduleOptions.defaults().overlap(OverlapPolicy.ALLOW_ALL));
        press(node, free);
        move(node, Duration.ofHours(3));
        TestNode.await(() -> {
            node.engine().schedules().wake();
            return schedule(node).problem().contains("workflow.back-pressure.backlog");
        });
        assertThat(schedule(node).actionCount()).isZero();
        assertThat(node.engine().backPressure().heldUp()).isPositive();
        relieve(node);
        move(node, Duration.ofMinutes(1));
        TestNode.await(() -> {
            node.engine().schedules().wake();
            return schedule(node).actionCount() == 3;
        });
        assertThat(schedule(node)).returns("", ScheduleDescription::problem)
            .returns(0L, ScheduleDescription::missedCount);
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution where workflow_type = 'Child'"))
            .isEqualTo(3);
    }

    @Test
    void scheduleGoesOnAsSoonAsThereIsRoom() {
        TestNode node = pressed();
        TestNode free = free();
        node.service()
            .schedules()
            .create("s", ScheduleSpec.every(Duration.ofHours(1)), node.request("Child", null),
                    ScheduleOptions.defaults().catchUpWindow(Duration.ofSeconds(10)));
        press(node, free);
        move(node, Duration.ofHours(1));
        TestNode.await(() -> schedule(node).problem().contains("workflow.back-pressure.backlog"));
        relieve(node);
        move(node, Duration.ofSeconds(2));
        TestNode.await(() -> schedule(node).actionCount() == 1);
        assertThat(schedule(node).missedCount()).isZero();
    }

    /** Its schedule would not learn how it has ended. */
    @Test
    void runIsNotDeletedWhileItsScheduleMayStartNothing() {
        TestNode node = pressed();
        TestNode free = free();
        node.service()
            .schedules()
            .create("s", ScheduleSpec.every(Duration.ofHours(1)), node.request("Child", null),
                    ScheduleOptions.defaults());
        move(node, Duration.ofHours(1));
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_execution where status = 'COMPLETED'") == 1);
        String ended = this.nodes.jdbc()
            .sql("select workflow_id from engine.workflow_execution where status = 'COMPLETED'")
            .query(String.class)
            .single();
        press(node, free);
        move(node, Duration.ofHours(1));
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.service().delete(ref(ended), false, null))
            .withMessage("Schedule 's' may start nothing for a moment");
        relieve(node);
        move(node, Duration.ofMinutes(1));
        node.service().delete(ref(ended), false, null);
    }

    private void move(TestNode node, Duration by) {
        this.time.advance(by);
        node.engine().clockMoved();
    }

    private static ScheduleDescription schedule(TestNode node) {
        return node.service().schedules().describe("s");
    }

    @Test
    void batchesWaitAndLoseNothing() {
        TestNode node = pressed();
        TestNode free = free();
        for (int i = 0; i < 20; i++) {
            free.begin("Waits", "run-" + i);
        }
        press(node, free);
        Batches batches = new Batches(new Batches.Database(this.nodes.database, "engine", PayloadCodecs.NONE),
                new WorkflowLists(this.nodes.database, "engine"), Instant::now, ContextPropagation.NONE, () -> "node");
        BatchRunner runner = new BatchRunner(batches, node.service());
        runner.start();
        String id = batches
            .begin(new BatchRequest("WorkflowType = 'Waits'", new BatchAction.Signal("go", Json.EMPTY_ARRAY), null, 0));
        TestNode.await(() -> node.engine().backPressure().refused() >= 16);
        assertThat(batches.describe(id)).returns("RUNNING", BatchDescription::state)
            .returns(0L, BatchDescription::done);
        relieve(node);
        TestNode.await(() -> batches.describe(id).endTime() != null, Duration.ofSeconds(30));
        runner.stop();
        assertThat(batches.describe(id)).returns(20L, BatchDescription::done).returns(0L, BatchDescription::failed);
    }

}

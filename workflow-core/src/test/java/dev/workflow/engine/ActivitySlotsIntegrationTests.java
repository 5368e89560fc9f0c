package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Activities beyond the slots of their queue wait in memory as long as it will not take
 * long, and else in the database.
 */
class ActivitySlotsIntegrationTests {

    private static final int SLOTS = 3;

    private static final int WIDE = 60;

    /** On a busy machine, too, no node is taken for dead, which would do work twice. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private static final Operator ALICE = new Operator("alice", "maintenance");

    private static final String UNOWNED = "select count(*) from engine.workflow_activity_task where owner is null";

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final AtomicBoolean quick = new AtomicBoolean(true);

    private final CountDownLatch gate = new CountDownLatch(1);

    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger most = new AtomicInteger();

    private final AtomicInteger begun = new AtomicInteger();

    private TestNode worker(String name) {
        return this.nodes.node().settings((s) -> s.slots(SLOTS).heartbeat(HEARTBEAT)).workflow("Wide", (arguments) -> {
            List<Promise<String>> all = new ArrayList<>();
            for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                all.add(Workflows
                    .async(() -> Workflows.activity("Work", String.class, ActivityOptions.defaults(), name)));
            }
            return all.stream().map(Promise::get).sorted().toList();
        }).activity("Work", (arguments) -> work(name));
    }

    private String work(String name) {
        if (!this.quick.get()) {
            this.begun.incrementAndGet();
            this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
            try {
                assertThat(this.gate.await(60, TimeUnit.SECONDS)).isTrue();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(ex);
            }
            this.running.decrementAndGet();
        }
        return name;
    }

    /** Those of one run that takes all slots, when it is known how long they take. */
    private void crowd(TestNode node) {
        node.begin("Wide", "quick", 2 * SLOTS);
        node.result("quick");
        TestNode.awaitQuiet(List.of(node));
        this.quick.set(false);
        node.begin("Wide", "wide", WIDE);
        TestNode.await(() -> this.running.get() == SLOTS);
    }

    @Test
    void whatHasNoSlotWaitsInMemoryAndNoMoreRunThanThereAreSlots() {
        TestNode node = worker("node").start();
        crowd(node);
        assertThat(this.nodes.count(UNOWNED)).isZero();
        assertThat(node.engine().gauges().activitySlotsUsed(TestNode.QUEUE)).isEqualTo(SLOTS);
        this.gate.countDown();
        node.result("wide");
        assertThat(this.begun).hasValue(WIDE);
        assertThat(this.most).hasValue(SLOTS);
        TestNode.await(() -> node.engine().activities().isIdle());
    }

    @Test
    void whatWaitsForLongerThanExpectedIsLeftToOtherNodes() {
        TestNode slow = worker("slow").start();
        crowd(slow);
        this.quick.set(true);
        worker("other").start();
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_activity_task") == SLOTS);
        this.gate.countDown();
        assertThat(slow.result("wide").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(this.begun).hasValue(SLOTS);
    }

    @Test
    void nothingOfAPausedQueueBeginsThatWaits() {
        TestNode node = worker("node").start();
        crowd(node);
        node.service().operator().pause(EngineStore.Control.Kind.TASK_QUEUE, TestNode.QUEUE, ALICE);
        TestNode.await(() -> node.engine().controls().isQueuePaused(TestNode.QUEUE));
        this.gate.countDown();
        TestNode.await(() -> this.running.get() == 0 && this.nodes.count(UNOWNED) == WIDE - SLOTS);
        assertThat(this.begun).hasValue(SLOTS);
        node.service().operator().unpause(EngineStore.Control.Kind.TASK_QUEUE, TestNode.QUEUE, ALICE);
        node.result("wide");
        assertThat(this.begun).hasValue(WIDE);
    }

    @Test
    void transactionalOnesHaveTheirTurnAmongOthersThatTakeAllSlots() {
        AtomicBoolean over = new AtomicBoolean();
        Semaphore tickets = new Semaphore(0);
        TestNode node = this.nodes.node()
            .settings((s) -> s.slots(SLOTS).heartbeat(HEARTBEAT))
            .workflow("Plain", (arguments) -> {
                while (!Workflows.sideEffect(Boolean.class, over::get)) {
                    Workflows.activity("Short", Object.class, ActivityOptions.defaults());
                }
                return null;
            })
            .workflow("Books", (arguments) -> Workflows.activity("Book", String.class, ActivityOptions.defaults()))
            .activity("Short", (arguments) -> {
                assertThat(tickets.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
                return null;
            })
            .activity("Book", new DefaultTransactionAttribute(), (arguments) -> "booked")
            .start();
        for (int i = 0; i < 10 * SLOTS; i++) {
            node.begin("Plain", "plain-" + i);
        }
        TestNode.await(() -> node.engine().gauges().activitySlotsUsed(TestNode.QUEUE) == SLOTS);
        // One after the other ends, and all slots are always taken.
        Thread ends = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                if (tickets.availablePermits() == 0) {
                    tickets.release();
                }
                Thread.yield();
            }
            tickets.release(1_000);
        });
        try {
            for (int i = 0; i < 5; i++) {
                node.begin("Books", "book-" + i);
                assertThat(node.result("book-" + i).result()).isEqualTo(new Json("\"booked\""));
            }
        }
        finally {
            over.set(true);
        }
        assertThat(ends).satisfies((thread) -> thread.join(Duration.ofSeconds(30)));
        for (int i = 0; i < 10 * SLOTS; i++) {
            node.result("plain-" + i);
        }
        TestNode
            .await(() -> node.engine().activities().isIdle() && node.engine().gauges().transactionalSlotsUsed() == 0);
    }

    @Test
    void whatWaitsIsHandedOverByANodeThatStops() {
        TestNode node = worker("node").start();
        crowd(node);
        worker("other").start();
        Thread stop = Thread.ofVirtual().start(node::close);
        TestNode.await(() -> this.begun.get() > SLOTS);
        this.gate.countDown();
        assertThat(stop).satisfies((thread) -> thread.join(Duration.ofSeconds(30)));
    }

    /** Short and long activities of several runs and nodes, with slots that change. */
    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 4, 5, 6 })
    void everyActivityRunsOnceWhereverItWaits(long seed) {
        Random random = new Random(seed);
        AtomicInteger calls = new AtomicInteger();
        List<TestNode> workers = IntStream.range(0, 3)
            .mapToObj((i) -> this.nodes.node()
                .settings((s) -> s.slots(1 + random.nextInt(4)).poll(Duration.ofMillis(50)).heartbeat(HEARTBEAT))
                .workflow("Wide", (arguments) -> {
                    List<Promise<Integer>> all = new ArrayList<>();
                    for (int n = 0; n < arguments.get(0, Integer.class); n++) {
                        int number = n;
                        all.add(Workflows.async(() -> Workflows.activity("Work", Integer.class,
                                ActivityOptions.defaults().priority(1 + number % 5), number)));
                    }
                    return all.stream().mapToInt(Promise::get).sum();
                })
                .activity("Work", (arguments) -> {
                    calls.incrementAndGet();
                    return spend(arguments.get(0, Integer.class));
                })
                .start())
            .toList();
        int runs = 12;
        int total = 0;
        int[] sizes = new int[runs];
        for (int i = 0; i < runs; i++) {
            sizes[i] = random.nextInt(120);
            total += sizes[i];
            workers.get(random.nextInt(3)).begin("Wide", "run-" + i, sizes[i]);
            if (random.nextInt(3) == 0) {
                workers.getFirst().service().operator().setSlots(TestNode.QUEUE, 1 + random.nextInt(6), null, ALICE);
            }
        }
        for (int i = 0; i < runs; i++) {
            int size = sizes[i];
            assertThat(workers.get(random.nextInt(3)).result("run-" + i).result())
                .isEqualTo(new Json(String.valueOf(size * (size - 1) / 2)));
        }
        assertThat(calls).hasValue(total);
        workers.forEach((worker) -> TestNode.await(() -> worker.engine().activities().isIdle()));
    }

    /** Some of it is short, and some lets others go first for a while. */
    private static int spend(int number) {
        for (int i = 0; number % 7 == 0 && i < 2_000; i++) {
            Thread.yield();
        }
        return number;
    }

}

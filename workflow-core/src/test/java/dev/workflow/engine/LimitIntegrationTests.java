package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.Workflows;
import dev.workflow.client.TooManyRequestsException;
import dev.workflow.client.WorkflowStatus;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Rates, slots and back-pressure, by a time that moves only when it is told to. */
class LimitIntegrationTests {

    private static final Duration POLL = Duration.ofMillis(50);

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private final AtomicInteger begun = new AtomicInteger();

    private TestNode worker(int activities, TestNode.Body body) {
        return this.nodes.node(this.time)
            .settings((s) -> s.poll(POLL))
            .activity("Works", body)
            .workflow("Wide", (arguments) -> {
                List<Promise<Object>> all = IntStream.range(0, activities)
                    .mapToObj((i) -> Workflows
                        .async(() -> Workflows.activity("Works", Object.class, ActivityOptions.defaults())))
                    .toList();
                all.forEach(Promise::get);
                return "all";
            });
    }

    private TestNode counting(int activities) {
        return worker(activities, (arguments) -> this.begun.incrementAndGet());
    }

    private static OperatorService operator(TestNode node) {
        return node.service().operator();
    }

    /** What may begin now has begun: several polls of all nodes change nothing. */
    private int settled(List<TestNode> workers, int atLeast) {
        TestNode.await(() -> this.begun.get() >= atLeast);
        AtomicInteger polls = new AtomicInteger();
        int before = this.begun.get();
        while (polls.getAndIncrement() < 3) {
            workers.forEach((worker) -> {
                worker.engine().poller().wake();
                TestNode.await(() -> worker.engine().poller().isIdle());
            });
            if (this.begun.get() != before) {
                before = this.begun.get();
                polls.set(0);
            }
        }
        return before;
    }

    @Test
    void nodesTogetherKeepTheLimitOfAQueue() {
        int rate = 20;
        List<TestNode> workers = List.of(counting(200), counting(200), counting(200));
        workers.forEach(TestNode::start);
        operator(workers.getFirst()).limitRate(TestNode.QUEUE, (double) rate);
        TestNode.await(() -> workers.stream()
            .allMatch((worker) -> worker.engine().controls().rateLimitOf(TestNode.QUEUE) != null));
        workers.getFirst().begin("Wide", "wide");
        // What a node has leased and does not need is missing to the others.
        int stranded = 2 * (int) Math.ceil(rate * 2 * POLL.toNanos() / 1e9);
        for (int second = 0; second < 5; second++) {
            int allowed = rate * (second + 1);
            assertThat(settled(workers, allowed - stranded)).as("after %d s", second)
                .isBetween(allowed - stranded, allowed);
            this.time.advance(Duration.ofSeconds(1));
            workers.forEach((worker) -> worker.engine().clockMoved());
        }
        operator(workers.getFirst()).limitRate(TestNode.QUEUE, null);
        assertThat(workers.getFirst().result("wide").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(this.begun).hasValue(200);
    }

    private void limit(List<TestNode> workers, double rate) {
        operator(workers.getFirst()).limitRate(TestNode.QUEUE, rate);
        TestNode.await(() -> workers.stream()
            .allMatch((worker) -> Double.valueOf(rate).equals(worker.engine().controls().rateLimitOf(TestNode.QUEUE))));
        polled(workers);
    }

    private static void polled(List<TestNode> workers) {
        for (int i = 0; i < 3; i++) {
            workers.forEach((worker) -> {
                worker.engine().poller().wake();
                TestNode.await(() -> worker.engine().poller().isIdle());
            });
        }
    }

    /** What nodes held while there was nothing to do would come on top. */
    @Test
    void afterAQuietTimeOneSecondsWorthBegins() {
        int rate = 100;
        List<TestNode> workers = List.of(counting(200), counting(200), counting(200));
        workers.forEach(TestNode::start);
        limit(workers, rate);
        for (int i = 0; i < 3; i++) {
            this.time.advance(Duration.ofHours(1));
            workers.forEach((worker) -> worker.engine().clockMoved());
            polled(workers);
        }
        workers.getFirst().begin("Wide", "wide");
        assertThat(settled(workers, rate / 2)).isBetween(rate / 2, rate + workers.size());
    }

    @Test
    void lowerLimitHoldsAtOnce() {
        List<TestNode> workers = List.of(counting(100), counting(100));
        workers.forEach(TestNode::start);
        limit(workers, 1_000);
        limit(workers, 1);
        workers.getFirst().begin("Wide", "wide");
        assertThat(settled(workers, 1)).isEqualTo(1);
        this.time.advance(Duration.ofSeconds(1));
        workers.forEach((worker) -> worker.engine().clockMoved());
        assertThat(settled(workers, 2)).isEqualTo(2);
    }

    @Test
    void nodeKeepsItsOwnLimit() {
        TestNode worker = counting(30);
        worker.limits = new EngineLimits(Map.of(TestNode.QUEUE, 10.0), 0, 0);
        worker.start().begin("Wide", "wide");
        assertThat(settled(List.of(worker), 10)).isEqualTo(10);
        this.time.advance(Duration.ofMillis(500));
        worker.engine().clockMoved();
        assertThat(settled(List.of(worker), 15)).isEqualTo(15);
        this.time.advance(Duration.ofHours(1));
        worker.engine().clockMoved();
        assertThat(settled(List.of(worker), 25)).isEqualTo(25);
        this.time.advance(Duration.ofSeconds(1));
        worker.engine().clockMoved();
        assertThat(worker.result("wide").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    /** With connections, of which there are fewer; the other kind waits for nothing. */
    @Test
    void activitiesInTransactionsBeginWithinALimitToo() {
        TestNode worker = counting(25).activity("Idle", (arguments) -> null)
            .activity("Works", new DefaultTransactionAttribute(), (arguments) -> this.begun.incrementAndGet());
        worker.limits = new EngineLimits(Map.of(TestNode.QUEUE, 10.0), 0, 0);
        worker.start().begin("Wide", "wide");
        assertThat(settled(List.of(worker), 10)).isEqualTo(10);
        this.time.advance(Duration.ofSeconds(1));
        worker.engine().clockMoved();
        assertThat(settled(List.of(worker), 20)).isEqualTo(20);
        this.time.advance(Duration.ofSeconds(1));
        worker.engine().clockMoved();
        assertThat(worker.result("wide").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    @Test
    void activitiesWithAndWithoutTransactionsKeepTheLimitTogether() {
        AtomicInteger inTransactions = new AtomicInteger();
        TestNode worker = counting(20)
            .activity("WorksInTransaction", new DefaultTransactionAttribute(), (arguments) -> {
                inTransactions.incrementAndGet();
                return this.begun.incrementAndGet();
            })
            .workflow("Both", (arguments) -> {
                List<Promise<Object>> all = IntStream.range(0, 40)
                    .mapToObj((i) -> Workflows
                        .async(() -> Workflows.activity((i % 2 == 0) ? "Works" : "WorksInTransaction", Object.class,
                                ActivityOptions.defaults())))
                    .toList();
                all.forEach(Promise::get);
                return "all";
            });
        worker.limits = new EngineLimits(Map.of(TestNode.QUEUE, 10.0), 0, 0);
        worker.start().begin("Both", "both");
        for (int second = 0; second < 4; second++) {
            assertThat(settled(List.of(worker), 10 * (second + 1))).as("after %d s", second)
                .isEqualTo(10 * (second + 1));
            this.time.advance(Duration.ofSeconds(1));
            worker.engine().clockMoved();
        }
        assertThat(worker.result("both").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(inTransactions).hasValue(20);
    }

    @Test
    void queueWithoutLimitAsksForNothing() {
        AtomicInteger leases = new AtomicInteger();
        TestNode worker = counting(20);
        worker.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("lease")) {
                leases.incrementAndGet();
            }
            return call.call();
        });
        worker.start();
        operator(worker).limitRate("another", 1.0);
        worker.begin("Wide", "wide");
        assertThat(worker.result("wide").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(leases).hasValue(0);
    }

    @Test
    void slotsChangeWhileTheyAreUsed() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        java.util.concurrent.Semaphore goOn = new java.util.concurrent.Semaphore(0);
        TestNode worker = worker(12, (arguments) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            goOn.tryAcquire(10, TimeUnit.SECONDS);
            running.decrementAndGet();
            return this.begun.incrementAndGet();
        }).settings((s) -> s.poll(POLL).slots(2)).start();
        worker.begin("Wide", "wide");
        TestNode.await(() -> running.get() == 2);
        operator(worker).setSlots(TestNode.QUEUE, 5, null);
        TestNode.await(() -> running.get() == 5);
        assertThat(operator(worker).taskQueue(TestNode.QUEUE)).get()
            .extracting(EngineStore.Control::activitySlots)
            .isEqualTo(5);
        operator(worker).setSlots(TestNode.QUEUE, 1, 3);
        goOn.release(5);
        TestNode.await(() -> this.begun.get() == 5 && running.get() == 1);
        assertThat(most).hasValue(5);
        operator(worker).setSlots(TestNode.QUEUE, null, null);
        TestNode.await(() -> running.get() == 2);
        goOn.release(12);
        assertThat(worker.result("wide").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> operator(worker).setSlots(TestNode.QUEUE, 0, null));
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> operator(worker).limitRate(TestNode.QUEUE, -1.0));
    }

    @Test
    void startsAreRefusedWhileTooMuchWaitsToBeWritten() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        TestNode worker = counting(1);
        worker.limits = new EngineLimits(Map.of(), 10, 0);
        AtomicInteger commits = new AtomicInteger();
        worker.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit")) {
                commits.incrementAndGet();
                stuck.await(20, TimeUnit.SECONDS);
            }
            return call.call();
        });
        worker.start();
        List<CompletableFuture<StartResult>> started = new ArrayList<>();
        TestNode.await(() -> {
            CompletableFuture<StartResult> one = new CompletableFuture<>();
            AtomicInteger refused = new AtomicInteger();
            Thread.ofVirtual().start(() -> {
                try {
                    one.complete(worker.begin("Wide", null));
                }
                catch (TooManyRequestsException ex) {
                    refused.incrementAndGet();
                    one.completeExceptionally(ex);
                }
            });
            started.add(one);
            return started.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
        });
        assertThatExceptionOfType(TooManyRequestsException.class).isThrownBy(() -> worker.begin("Wide", "late"))
            .satisfies((ex) -> assertThat(ex.retryAfter()).isPositive())
            .withMessageContaining("waiting-commits");
        stuck.countDown();
        TestNode.await(() -> started.stream().allMatch(CompletableFuture::isDone));
        TestNode.await(() -> worker.engine().committer().isIdle());
        worker.begin("Wide", "late");
        assertThat(worker.result("late").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    @Test
    void startsInAQueueWithALongBacklogAreRefused() {
        TestNode client = this.nodes.node(this.time).settings(TestNode.Settings::clientOnly);
        client.limits = new EngineLimits(Map.of(), 0, 5);
        client.workflow("Wide", (arguments) -> "never here").start();
        for (int i = 0; i < 5; i++) {
            client.begin("Wide", "wide-" + i);
        }
        client.engine().gauges().countBacklogs();
        assertThatExceptionOfType(TooManyRequestsException.class).isThrownBy(() -> client.begin("Wide", "more"))
            .withMessageContaining("task queue 'q'");
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Activities that hold connections are bounded; what has no slot waits in the database.
 */
class TransactionalSlotsIntegrationTests {

    private static final String WAITING = "select count(*) from engine.workflow_activity_task where owner is null";

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger most = new AtomicInteger();

    private final List<String> began = new CopyOnWriteArrayList<>();

    private final CountDownLatch gate = new CountDownLatch(1);

    private TestNode node(int slots, String... queues) {
        return this.nodes.node()
            .settings((settings) -> settings.transactionalSlots(slots))
            .queues((queues.length > 0) ? queues : new String[] { TestNode.QUEUE })
            .activity("Book", new DefaultTransactionAttribute(), (arguments) -> {
                this.began.add(arguments.get(0, String.class));
                this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
                await(this.gate);
                this.running.decrementAndGet();
                return "booked";
            })
            .activity("Plain", (arguments) -> "plain")
            .workflow("Books", (arguments) -> {
                String id = Workflows.info().workflowId();
                ActivityOptions options = ActivityOptions.defaults().taskQueue(arguments.get(0, String.class));
                Workflows.activity("Book", String.class, options, id + "/1");
                return Workflows.activity("Book", String.class, options, id + "/2");
            })
            .workflow("Plains", (arguments) -> Workflows.activity("Plain", String.class, ActivityOptions.defaults()))
            .start();
    }

    @Test
    void whatFindsNoSlotWaitsInTheDatabaseAndHoldsNothingElseUp() {
        TestNode node = node(2);
        for (int i = 0; i < 20; i++) {
            node.begin("Books", "book-" + i, TestNode.QUEUE);
        }
        TestNode.await(() -> this.running.get() == 2 && this.nodes.count(WAITING) == 18);
        assertThat(node.engine().gauges().activitySlotsUsed(TestNode.QUEUE)).isEqualTo(2);
        node.begin("Plains", "plain");
        assertThat(node.result("plain").result()).isEqualTo(new Json("\"plain\""));
        this.gate.countDown();
        for (int i = 0; i < 20; i++) {
            assertThat(node.result("book-" + i).result()).isEqualTo(new Json("\"booked\""));
        }
        assertThat(this.most).hasValue(2);
        assertThat(this.began).hasSize(40);
        TestNode.await(() -> node.engine().gauges().transactionalSlotsUsed() == 0);
    }

    @Test
    void whatWaitsBehindWhatIsSlowerThanExpectedIsLeftToOtherNodes() {
        AtomicBoolean quick = new AtomicBoolean(true);
        TestNode slow = this.nodes.node()
            .settings((settings) -> settings.transactionalSlots(1).poll(Duration.ofSeconds(30)))
            .activity("Book", new DefaultTransactionAttribute(), (arguments) -> {
                if (!quick.get()) {
                    this.running.incrementAndGet();
                    await(this.gate);
                }
                return "slow node";
            })
            .workflow("Book", (arguments) -> Workflows.activity("Book", String.class, ActivityOptions.defaults()))
            .start();
        for (int i = 0; i < 5; i++) {
            slow.begin("Book", "quick-" + i);
            slow.result("quick-" + i);
        }
        quick.set(false);
        for (int i = 0; i < 4; i++) {
            slow.begin("Book", "slow-" + i);
        }
        TestNode.await(() -> this.running.get() == 1);
        this.nodes.node()
            .activity("Book", new DefaultTransactionAttribute(), (arguments) -> "other node")
            .workflow("Book", (arguments) -> Workflows.activity("Book", String.class, ActivityOptions.defaults()))
            .start();
        List<String> there = IntStream.range(0, 4).mapToObj((i) -> "slow-" + i).toList();
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_execution where result = '\"other node\"'") == 3);
        this.gate.countDown();
        assertThat(there).extracting((id) -> slow.result(id).result().text())
            .containsExactlyInAnyOrder("\"slow node\"", "\"other node\"", "\"other node\"", "\"other node\"");
    }

    @Test
    void whatIsOrderedLaterDoesNotOvertakeWhatWaits() {
        TestNode node = node(1);
        for (String id : List.of("a", "b", "c", "d")) {
            node.begin("Books", id, TestNode.QUEUE);
        }
        TestNode.await(() -> this.running.get() == 1 && this.nodes.count(WAITING) == 3);
        this.gate.countDown();
        List.of("a", "b", "c", "d").forEach(node::result);
        assertThat(this.began).startsWith("a/1", "b/1", "c/1", "d/1").hasSize(8);
    }

    @Test
    void theSlotsAreSharedByAllQueues() {
        TestNode node = node(3, "one", "two");
        List<String> ids = IntStream.range(0, 12).mapToObj((i) -> ((i % 2 == 0) ? "one-" : "two-") + i).toList();
        ids.forEach((id) -> node.begin("Books", id, id.substring(0, 3)));
        TestNode.await(() -> this.running.get() == 3);
        this.gate.countDown();
        ids.forEach(node::result);
        assertThat(this.most).hasValue(3);
        assertThat(this.began).hasSize(24).doesNotHaveDuplicates();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

}

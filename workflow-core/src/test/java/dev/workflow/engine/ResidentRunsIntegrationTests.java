package dev.workflow.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which runs leave memory when there are too many. */
class ResidentRunsIntegrationTests {

    private static final int CAPACITY = 5;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final CountDownLatch gate = new CountDownLatch(1);

    private final AtomicInteger running = new AtomicInteger();

    /** A node that looks for what may leave only when it is asked. */
    private TestNode node() {
        return this.nodes.node()
            .settings((s) -> s.slots(2).cache(1_000))
            .workflow("Working", (arguments) -> Workflows.activity("Work", String.class, ActivityOptions.defaults()))
            .workflow("Parked", (arguments) -> {
                Workflows.await(() -> false);
                return null;
            })
            .activity("Work", (arguments) -> {
                this.running.incrementAndGet();
                assertThat(this.gate.await(60, TimeUnit.SECONDS)).isTrue();
                return "done";
            });
    }

    private static void begin(TestNode node, String type, int count) {
        for (int i = 0; i < count; i++) {
            node.begin(type, type + i);
        }
        TestNode.await(() -> node.engine().resident().all().stream().allMatch(RunActor::isIdle));
    }

    private static ResidentRuns small(TestNode node) {
        ResidentRuns runs = new ResidentRuns(CAPACITY);
        node.engine().resident().all().forEach(runs::add);
        return runs;
    }

    /** Neither those whose activities run nor those whose activities wait for a slot. */
    @Test
    void whoExpectsTheEndOfAnActivityStaysBeyondTheCapacity() {
        TestNode node = node().start();
        long now = System.nanoTime();
        begin(node, "Working", 2 * CAPACITY);
        TestNode.await(() -> this.running.get() == 2);
        ResidentRuns runs = small(node);
        assertThat(runs.surplus(now)).isEmpty();
        assertThat(runs.surplus(Long.MAX_VALUE / 2)).as("long after").hasSize(CAPACITY);
        begin(node, "Parked", 2);
        assertThat(small(node).surplus(now)).extracting(RunActor::workflowId)
            .containsExactlyInAnyOrder("Parked0", "Parked1");
        this.gate.countDown();
        node.result("Working0");
    }

    /** It would begin again elsewhere, and so never come to an end. */
    @Test
    void whoseLocalActivityIsUnderWayStaysHoweverLongItTakes() {
        TestNode node = node()
            .workflow("Local",
                    (arguments) -> WorkflowContext.current()
                        .localActivity("Work", String.class, ActivityOptions.defaults())
                        .get())
            .start();
        begin(node, "Local", 2 * CAPACITY);
        TestNode.await(() -> this.running.get() > 0);
        assertThat(small(node).surplus(Long.MAX_VALUE / 2)).isEmpty();
        this.gate.countDown();
        node.result("Local0");
    }

    @Test
    void whoExpectsSomethingLeavesWhereThereAreFarTooMany() {
        TestNode node = node().start();
        long now = System.nanoTime();
        begin(node, "Working", 3 * CAPACITY + 1);
        assertThat(small(node).surplus(now)).hasSize(2 * CAPACITY + 1);
        this.gate.countDown();
    }

}

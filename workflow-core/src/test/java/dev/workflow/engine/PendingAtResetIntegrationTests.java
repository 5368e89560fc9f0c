package dev.workflow.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.ChildOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a run has under way when it is reset. */
class PendingAtResetIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @Test
    void localActivityThatIsPendingHasItsWholeTimeAgain() {
        TestNodes.Time time = new TestNodes.Time();
        CountDownLatch open = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        ActivityOptions minute = ActivityOptions.defaults().scheduleToCloseTimeout(Duration.ofMinutes(1));
        TestNode node = this.nodes.node(time).activity("Waits", (arguments) -> {
            attempts.incrementAndGet();
            open.await();
            return "passed";
        })
            .workflow("Calls",
                    (arguments) -> WorkflowContext.current().localActivity("Waits", String.class, minute).get())
            .start();
        StartResult first = node.begin("Calls", "w");
        TestNode.await(() -> attempts.get() == 1);
        // What is behind the order is kept, and with it the order's own time.
        node.service().signal(new WorkflowRef("w", null), "note", node.json(), null);
        node.service().terminate(new WorkflowRef("w", null), "enough");
        time.advance(Duration.ofDays(1));
        node.service().reset(new WorkflowRef("w", first.runId()), ResetPoint.event(2), ResetOptions.defaults());
        TestNode.await(() -> attempts.get() == 2);
        open.countDown();
        assertThat(node.result("w").result()).isEqualTo(new Json("\"passed\""));
    }

    @Test
    void childThatChangesItsAttributesWaitsForTheCallersTransactionAndHoldsUpNoOther() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        TestNode node = this.nodes.node();
        node.faults = FaultyStore.with((method, arguments, call) -> {
            try {
                return call.call();
            }
            catch (StoreException ex) {
                failed.addAndGet(method.getName().equals("commit") ? 1 : 0);
                throw ex;
            }
        });
        node.workflow("Child", (arguments) -> {
            AtomicInteger said = new AtomicInteger();
            Workflows.onSignal("go", (signal) -> said.incrementAndGet());
            Workflows.await(() -> said.get() == 1);
            Workflows.upsertSearchAttributes(Map.of("Stage", "late"));
            Workflows.await(() -> said.get() == 2);
            return "done";
        }).workflow("Parent", (arguments) -> {
            Workflows.startChild("Child", String.class, ChildOptions.withId("child")).started().get();
            Workflows.await(() -> false);
            return null;
        }).workflow("Echo", (arguments) -> arguments.get(0, String.class)).start();
        node.begin("Parent", "parent");
        TestNode.await(() -> TestNode.types(node.service(), "parent").contains("ChildWorkflowExecutionStarted"));
        CountDownLatch reset = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> transaction = threads.submit(() -> this.nodes.transaction().execute((status) -> {
                node.service().reset(new WorkflowRef("parent", null), ResetPoint.event(3), ResetOptions.defaults());
                reset.countDown();
                return awaitQuietly(commit);
            }));
            assertThat(reset.await(20, TimeUnit.SECONDS)).isTrue();
            Future<?> signal = threads
                .submit(() -> node.service().signal(new WorkflowRef("child", null), "go", node.json(), null));
            for (int i = 0; i < 20; i++) {
                node.result(node.begin("Echo", "beside-" + i, "a").workflowId());
            }
            assertThat(signal).isNotDone();
            commit.countDown();
            transaction.get();
            signal.get();
        }
        node.service().signal(new WorkflowRef("child", null), "go", node.json(), null);
        assertThat(node.result("child").result()).isEqualTo(new Json("\"done\""));
        assertThat(failed).hasValue(0);
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.workflow.Workflows;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages that meet the end of their run. */
class MessageRacesIntegrationTests {

    private static final Duration LONG = Duration.ofSeconds(10);

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @AutoClose
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @Test
    void updateThatIsRepeatedAsItsRunEndsHasTheOutcomeThatItHad() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TestNode node = this.nodes.node().workflow("Ends", (arguments) -> {
            AtomicBoolean end = new AtomicBoolean();
            Workflows.onUpdate("add", (a) -> "added");
            Workflows.onSignal("hold", (a) -> {
                held.countDown();
                TestNode.await(() -> goOn.getCount() == 0);
            });
            Workflows.onSignal("end", (a) -> end.set(true));
            Workflows.await(end::get);
            return "end";
        }).start();
        WorkflowRef run = new WorkflowRef("ends", null);
        node.begin("Ends", "ends");
        assertThat(update(node, run, "add").stage()).isEqualTo(UpdateOutcome.Stage.COMPLETED);
        this.callers.submit(() -> signal(node, run, "hold"));
        assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        long waiting = node.engine().moves();
        this.callers.submit(() -> signal(node, run, "end"));
        TestNode.await(() -> node.engine().moves() > waiting);
        long ending = node.engine().moves();
        Future<UpdateOutcome> again = this.callers.submit(() -> update(node, run, "add"));
        TestNode.await(() -> node.engine().moves() > ending);
        goOn.countDown();
        assertThat(again.get(10, TimeUnit.SECONDS).stage()).isEqualTo(UpdateOutcome.Stage.COMPLETED);
    }

    private static UpdateOutcome update(TestNode node, WorkflowRef run, String name) {
        return node.service().update(run, "u-1", new HandlerCall(name, node.json(), Map.of()), true, LONG);
    }

    private static void signal(TestNode node, WorkflowRef run, String name) {
        node.service().signal(run, new HandlerCall(name, node.json(), Map.of()), null);
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import dev.workflow.Arguments;
import dev.workflow.Workflows;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CarrierWatchIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    /**
     * Waiting in a static initializer keeps the carrier on every Java, as waiting inside
     * of synchronized does up to Java 23.
     */
    @Test
    void codeThatWaitsAndKeepsItsCarrierIsReportedOnTheRunUntilItGoesOn() {
        TestNode node = this.nodes.node();
        node.watchCarriers = true;
        node.workflow("Pins", (arguments) -> Pinning.touch()).workflow("Waits", (arguments) -> {
            Workflows.sleep(Duration.ofHours(1));
            return "";
        }).start();
        node.begin("Pins", "pins");
        node.begin("Waits", "waits");
        TestNode.await(() -> problem(node, "pins") != null);
        assertThat(problem(node, "pins")).contains("[WF-PN01]", "ForkJoinPool", "<clinit>");
        assertThat(problem(node, "waits")).isNull();
        node.service().signal(new WorkflowRef("pins", null), "go", new Json("[]"), null);
        TestNode.await(() -> problem(node, "pins") == null);
        node.service().signal(new WorkflowRef("pins", null), "end", new Json("[]"), null);
        assertThat(node.result("pins").result()).isEqualTo(new Json("\"ended\""));
    }

    @Test
    void codeThatKeepsEveryCarrierBusyIsReportedAllTheSame() {
        int carriers = Runtime.getRuntime().availableProcessors();
        AtomicBoolean enough = new AtomicBoolean();
        TestNode node = this.nodes.node().workflow("Hogs", (arguments) -> {
            Workflows.sleep(Duration.ofMillis(500));
            while (!enough.get()) {
                Thread.onSpinWait();
            }
            return "done";
        }).start();
        List<String> ids = IntStream.range(0, carriers).mapToObj((i) -> "hog-" + i).toList();
        ids.forEach((id) -> node.begin("Hogs", id));
        try {
            TestNode.await(() -> ids.stream().allMatch((id) -> problem(node, id) != null));
            ids.forEach((id) -> assertThat(problem(node, id)).contains("[WF-DL01]"));
        }
        finally {
            enough.set(true);
        }
        ids.forEach((id) -> assertThat(node.result(id).result()).isEqualTo(new Json("\"done\"")));
    }

    private static String problem(TestNode node, String workflowId) {
        return node.service().describe(new WorkflowRef(workflowId, null)).problem();
    }

    /** Apart from the class that waits: others must not need that one meanwhile. */
    static final class Flags {

        private static boolean going;

        private static boolean ended;

        static void go(Arguments arguments) {
            going = true;
        }

        static void end(Arguments arguments) {
            ended = true;
        }

        static boolean going() {
            return going;
        }

        static boolean ended() {
            return ended;
        }

    }

    static final class Pinning {

        static {
            Workflows.onSignal("go", Flags::go);
            Workflows.onSignal("end", Flags::end);
            Workflows.await(Flags::going);
        }

        static String touch() {
            Workflows.await(Flags::ended);
            return "ended";
        }

    }

}

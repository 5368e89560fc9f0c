package dev.workflow.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import dev.workflow.Workflows;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs that are claimed together, as after a takeover, and what is read of them then. */
class ClaimedRunsIntegrationTests {

    private static final int SMALL = 20;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final AtomicInteger alone = new AtomicInteger();

    private final AtomicInteger together = new AtomicInteger();

    private final Set<UUID> inboxes = ConcurrentHashMap.newKeySet();

    private TestNode node() {
        return this.nodes.node().workflow("Hears", (arguments) -> {
            List<String> heard = new ArrayList<>();
            Workflows.onSignal("say", (said) -> heard.add(said.get(0, String.class)));
            Workflows.await(() -> heard.contains("end"));
            return heard.stream().mapToInt(String::length).sum();
        });
    }

    private static void leave(TestNode node, String workflowId, int signals, int length) {
        node.begin("Hears", workflowId);
        for (int i = 0; i < signals; i++) {
            node.service().signal(new WorkflowRef(workflowId, null), "say", node.json("x".repeat(length)), null);
        }
    }

    private TestNode afterTakeover(boolean failing) {
        TestNode second = node();
        second.faults = FaultyStore.with((method, arguments, call) -> {
            switch (method.getName()) {
                case "history" -> this.alone.incrementAndGet();
                case "inbox" -> this.inboxes.add((UUID) arguments[0]);
                case "beginnings" -> {
                    this.together.incrementAndGet();
                    if (failing) {
                        throw new StoreException(StoreException.Kind.TRANSIENT, "lost", null);
                    }
                }
                default -> {
                }
            }
            return call.call();
        });
        this.nodes.jdbc().sql("update engine.workflow_task set due_at = now()").update();
        second.start();
        TestNode.await(() -> second.engine().gauges().cachedRuns() == this.nodes
            .count("select count(*) from engine.workflow_task"));
        return second;
    }

    private void endsWith(TestNode node, String workflowId, int length) {
        node.service().signal(new WorkflowRef(workflowId, null), "say", node.json("end"), null);
        assertThat(node.result(workflowId).result()).isEqualTo(new Json(Integer.toString(length + 3)));
        TestNodes.soundHistory(node.service(), workflowId);
    }

    @Test
    void longAndLargeOnesAreReadAsTheyAreConsumed() {
        TestNode first = node().start();
        for (int i = 0; i < SMALL; i++) {
            leave(first, "small-" + i, 2, 10);
        }
        leave(first, "long", 100, 10);
        for (int i = 0; i < 3; i++) {
            leave(first, "large-" + i, 4, 900_000);
        }
        first.close();
        TestNode second = afterTakeover(false);
        for (int i = 0; i < SMALL; i++) {
            endsWith(second, "small-" + i, 20);
        }
        endsWith(second, "long", 1_000);
        for (int i = 0; i < 3; i++) {
            endsWith(second, "large-" + i, 3_600_000);
        }
        assertThat(this.together).hasPositiveValue();
        assertThat(this.alone).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void readingThemTogetherMayFail(boolean failing) {
        TestNode first = node().start();
        for (int i = 0; i < SMALL; i++) {
            leave(first, "small-" + i, 2, 10);
        }
        first.close();
        TestNode second = afterTakeover(failing);
        for (int i = 0; i < SMALL; i++) {
            endsWith(second, "small-" + i, 20);
        }
        assertThat(this.together).hasPositiveValue();
        assertThat(this.alone).hasValue(failing ? SMALL : 0);
    }

    @Test
    void onlyInboxesThatHaveSomethingAreRead() {
        TestNode first = node().start();
        for (int i = 0; i < SMALL; i++) {
            leave(first, "small-" + i, 1, 10);
        }
        first.close();
        TestNode other = this.nodes.node().start();
        for (int i = 0; i < 3; i++) {
            other.service().signal(new WorkflowRef("small-" + i, null), "say", other.json("y".repeat(5)), null);
        }
        other.close();
        TestNode second = afterTakeover(false);
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_message") == 0);
        TestNode.awaitQuiet(List.of(second));
        assertThat(this.inboxes).hasSize(3);
        for (int i = 0; i < SMALL; i++) {
            endsWith(second, "small-" + i, (i < 3) ? 15 : 10);
        }
    }

    @Test
    void pageEndsEarlyWhereEventsAreLarge() {
        TestNode first = node().start();
        leave(first, "huge", 15, 900_000);
        WorkflowRef huge = new WorkflowRef("huge", null);
        List<HistoryEvent> page = first.service().history(huge, 0, 1_000);
        assertThat(page).hasSizeBetween(8, 12);
        List<HistoryEvent> all = new ArrayList<>();
        while (!page.isEmpty()) {
            all.addAll(page);
            page = first.service().history(huge, all.getLast().eventId(), 1_000);
        }
        assertThat(all).extracting(HistoryEvent::eventId)
            .containsExactlyElementsOf(LongStream.rangeClosed(1, all.size()).boxed().toList());
        assertThat(all).filteredOn(WorkflowExecutionSignaled.class::isInstance).hasSize(15);
        first.close();
        endsWith(afterTakeover(false), "huge", 13_500_000);
    }

}

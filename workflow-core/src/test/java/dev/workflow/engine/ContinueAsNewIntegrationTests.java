package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.Promise;
import dev.workflow.Workflows;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is on its way to a run that goes on in another one. */
class ContinueAsNewIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNode node = this.nodes.node().settings((s) -> s.poll(Duration.ofSeconds(30)));

    private void message(StartResult run, Message.Kind kind, String name, String dedupKey, Object... arguments) {
        assertThat(this.node.store.deliver(UUID.fromString(run.runId()),
                new Transition.NewMessage(kind, name, dedupKey, this.node.json(arguments).text()),
                this.node.clock.instant()))
            .isNotNull();
    }

    @Test
    void resultOfAnActivityThatTheRunDidNotWaitForIsNotTheNextRuns() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        AtomicBoolean filling = new AtomicBoolean();
        // A node may look at any moment, and is to find both.
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("inbox")) {
                TestNode.await(() -> !filling.get());
            }
            return call.call();
        });
        this.node.activity("Slow", (arguments) -> {
            begun.incrementAndGet();
            end.await();
            return "own";
        }).workflow("Chain", (arguments) -> {
            Promise<String> slow = Workflows
                .async(() -> Workflows.activity("Slow", String.class, ActivityOptions.defaults()));
            if (arguments.get(0, Integer.class) == 0) {
                List<String> said = new ArrayList<>();
                Workflows.onSignal("say", (nothing) -> said.add("go"));
                Workflows.await(() -> !said.isEmpty());
                Workflows.continueAsNew(1);
            }
            return slow.get();
        }).start();
        StartResult first = this.node.begin("Chain", "chain", 0);
        TestNode.await(() -> begun.get() == 1);
        filling.set(true);
        message(first, Message.Kind.SIGNAL, "say", null);
        ActivityOutcome outcome = ActivityOutcome.completed(1, new Json("\"of the run before\""));
        assertThat(this.node.store.deliverOutcome(new EngineStore.ActivityKey(UUID.fromString(first.runId()), 2), 1,
                this.node.engine().nodeId(), this.node.engine().json().writeOutcome(outcome),
                this.node.clock.instant()))
            .isNotNull();
        filling.set(false);
        // Lets the run look into its inbox.
        this.node.service().signal(new WorkflowRef("chain", null), "say", this.node.json(), null);
        TestNode.await(() -> begun.get() == 2);
        end.countDown();
        assertThat(this.node.result("chain").result()).isEqualTo(new Json("\"own\""));
    }

    private static @Nullable Object counting(Arguments arguments) {
        List<Integer> heard = new ArrayList<>();
        List<String> said = new ArrayList<>();
        Workflows.onUpdate("add", (number) -> {
            heard.add(number.get(0, Integer.class));
            return "generation " + arguments.get(0, Integer.class);
        });
        Workflows.onSignal("say", (word) -> said.add("go"));
        Workflows.await(() -> !said.isEmpty() || !heard.isEmpty());
        if (heard.isEmpty()) {
            Workflows.continueAsNew(arguments.get(0, Integer.class) + 1);
        }
        return heard;
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void updateThatComesTooLateForARunIsTakenByTheNextAndItsCallerHears(boolean local) {
        this.node.workflow("Counting", ContinueAsNewIntegrationTests::counting).start();
        TestNode other = this.nodes.node().settings((s) -> s.clientOnly()).start();
        StartResult first = this.node.begin("Counting", "counting", 0);
        message(first, Message.Kind.SIGNAL, "say", null);
        UpdateOutcome outcome = (local ? this.node : other).service()
            .update(new WorkflowRef("counting", null), "u", "add", this.node.json(7), true, Duration.ofSeconds(10));
        assertThat(outcome.stage()).isEqualTo(UpdateOutcome.Stage.COMPLETED);
        assertThat(outcome.result()).isEqualTo(new Json("\"generation 1\""));
        assertThat(outcome.runId()).isNotEqualTo(first.runId());
        assertThat(this.node.result("counting").result()).isEqualTo(new Json("[7]"));
    }

    @Test
    void updateThatIsRefusedByTheNextRunIsToldSo() {
        this.node.workflow("Counting", ContinueAsNewIntegrationTests::counting).start();
        TestNode other = this.nodes.node().settings((s) -> s.clientOnly()).start();
        message(this.node.begin("Counting", "counting", 0), Message.Kind.SIGNAL, "say", null);
        UpdateOutcome outcome = other.service()
            .update(new WorkflowRef("counting", null), "u", "unknown", this.node.json(), true, Duration.ofSeconds(10));
        assertThat(outcome.stage()).isEqualTo(UpdateOutcome.Stage.REJECTED);
        assertThat(String.valueOf(outcome.failure())).contains("unknown");
    }

}

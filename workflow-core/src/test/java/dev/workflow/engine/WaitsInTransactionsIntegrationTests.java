package dev.workflow.engine;

import java.time.Duration;
import java.util.Map;

import dev.workflow.Activities;
import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What waits for what only the commit of the caller's transaction makes visible. */
class WaitsInTransactionsIntegrationTests {

    private static final Duration SHORT = Duration.ofSeconds(2);

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @Test
    void resultOfAWorkflowWhoseActivityIsCompletedInIt() {
        TestNode node = this.nodes.node()
            .activity("Later", (arguments) -> Activities.completeLater())
            .workflow("Calls", (arguments) -> Workflows.activity("Later", String.class, ActivityOptions.defaults()))
            .start();
        node.begin("Calls", "calls");
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_activity_task where completes_later") == 1);
        this.nodes.transaction().executeWithoutResult((status) -> {
            node.service().completeActivity("calls", "2", new Json("\"done\""));
            assertThatIllegalStateException()
                .isThrownBy(() -> node.service().result(new WorkflowRef("calls", null), true, SHORT))
                .withMessageContaining("'calls' was started, signaled or given a result in it");
        });
        assertThat(node.result("calls").result()).isEqualTo(new Json("\"done\""));
    }

    @Test
    void outcomeOfAnUpdateWhoseWorkflowIsSignaledInIt() {
        TestNode node = this.nodes.node().workflow("Takes", (arguments) -> {
            boolean[] go = { false };
            Workflows.onSignal("go", (said) -> go[0] = true);
            Workflows.onUpdate("wait", (given) -> {
                Workflows.await(() -> go[0]);
                return "gone";
            });
            Workflows.await(() -> go[0] && Workflows.allHandlersFinished());
            return null;
        }).start();
        node.begin("Takes", "takes");
        WorkflowRef takes = new WorkflowRef("takes", null);
        node.service().update(takes, "u-1", new HandlerCall("wait", node.json(), Map.of()), false, SHORT);
        this.nodes.transaction().executeWithoutResult((status) -> {
            node.service().signal(takes, "go", node.json(), null);
            assertThatIllegalStateException().isThrownBy(() -> node.service().updateOutcome(takes, "u-1", SHORT));
        });
        assertThat(node.service().updateOutcome(takes, "u-1", Duration.ofSeconds(20)).result())
            .isEqualTo(new Json("\"gone\""));
    }

    @Test
    void runThatThereCannotBeIsNotFound() {
        TestNode node = this.nodes.node().workflow("Greets", (arguments) -> "hello").start();
        node.begin("Greets", "greets");
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> node.service().describe(new WorkflowRef("greets", "nope")))
            .withMessageContaining("a run id is a UUID");
    }

}

package dev.workflow.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Arguments;
import dev.workflow.ContinueAsNewOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who sends something to a workflow that goes on in the next run each few milliseconds
 * reaches one of them, also while senders are held off.
 */
class PursuitIntegrationTests {

    private static final WorkflowRef ROLLS = new WorkflowRef("rolls", null);

    /** One run for each: they take longer than senders are held off. */
    private static final int BACKLOG = 300;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final TestNode node = this.nodes.node().workflow("Rolls", PursuitIntegrationTests::roll).start();

    private static Object roll(Arguments arguments) {
        AtomicInteger heard = new AtomicInteger();
        Workflows.onSignal("say", (said) -> heard.incrementAndGet());
        Workflows.await(() -> heard.get() > 0);
        return WorkflowContext.current().continueAsNew("Rolls", ContinueAsNewOptions.defaults());
    }

    private void signal() {
        this.node.service().signal(ROLLS, "say", this.node.json(1), null);
    }

    /** From now on the workflow rolls, and holds off those who send. */
    private void rollHeldOff() {
        UUID run = UUID.fromString(this.node.begin("Rolls", "rolls").runId());
        this.nodes.transaction().executeWithoutResult((status) -> {
            for (int i = 0; i < BACKLOG; i++) {
                signal();
            }
            this.nodes.jdbc()
                .sql("update engine.workflow_task set ending_until = clock_timestamp() + interval '1 second' where run_id = ?")
                .param(run)
                .update();
        });
    }

    @Test
    void signalInATransactionArrives() {
        rollHeldOff();
        this.nodes.transaction().executeWithoutResult((status) -> signal());
        this.node.service().terminate(ROLLS, "enough");
        assertThat(this.node.result("rolls").status()).isEqualTo(WorkflowStatus.TERMINATED);
    }

    @Test
    void signalOfAnotherNodeArrives() {
        TestNode elsewhere = this.nodes.node().settings((settings) -> settings.clientOnly()).start();
        rollHeldOff();
        elsewhere.service().signal(ROLLS, "say", this.node.json(1), null);
        this.node.service().terminate(ROLLS, "enough");
        assertThat(this.node.result("rolls").status()).isEqualTo(WorkflowStatus.TERMINATED);
    }

    @Test
    void manySignalsInTransactionsArrive() throws Exception {
        this.node.begin("Rolls", "rolls");
        List<Future<?>> senders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            senders.add(this.threads.submit(() -> {
                for (int n = 0; n < 100; n++) {
                    this.nodes.transaction().executeWithoutResult((status) -> signal());
                }
            }));
        }
        for (Future<?> sender : senders) {
            sender.get(60, TimeUnit.SECONDS);
        }
        this.node.service().terminate(ROLLS, "enough");
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Workflows;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many send to one run without pause: at every moment one of them holds its key, and its
 * inbox is never empty.
 */
class SignalStormIntegrationTests {

    private static final int SENDERS = 8;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final AtomicBoolean over = new AtomicBoolean();

    private final AtomicInteger acknowledged = new AtomicInteger();

    private final TestNode node = this.nodes.node();

    private final TestNode other = this.nodes.node().settings((s) -> s.clientOnly());

    private void signal(String id) {
        this.other.service().signal(new WorkflowRef(id, null), "say", this.other.json(1), null);
    }

    /** As an application does that has more to do in the same transaction. */
    private void signalInTransaction(String id) {
        this.nodes.transaction().executeWithoutResult((status) -> {
            signal(id);
            this.nodes.jdbc().sql("select pg_sleep(0.02)").query().listOfRows();
        });
    }

    private CompletableFuture<Void> storm(String id, boolean inTransactions) {
        List<CompletableFuture<Void>> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(CompletableFuture.runAsync(() -> {
                try {
                    while (!this.over.get()) {
                        if (inTransactions) {
                            signalInTransaction(id);
                        }
                        else {
                            signal(id);
                        }
                        this.acknowledged.incrementAndGet();
                    }
                }
                catch (WorkflowNotFoundException ex) {
                    // It has ended.
                }
            }, this.threads));
        }
        return CompletableFuture.allOf(senders.toArray(CompletableFuture[]::new));
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void runEndsWhileTheySendAndNothingThatWasAcknowledgedIsLost(boolean inTransactions) throws Exception {
        this.node.workflow("Ends", (arguments) -> {
            AtomicInteger heard = new AtomicInteger();
            Workflows.onSignal("say", (said) -> heard.incrementAndGet());
            Workflows.sleep(Duration.ofMillis(500));
            return heard.get();
        }).start();
        this.other.start();
        this.node.begin("Ends", "ends");
        CompletableFuture<Void> storm = storm("ends", inTransactions);
        try {
            storm.get(20, TimeUnit.SECONDS);
        }
        finally {
            this.over.set(true);
        }
        assertThat(this.node.result("ends").result()).isEqualTo(new Json(this.acknowledged.toString()));
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void runContinuesAsNewWhileTheySendAndNothingThatWasAcknowledgedIsLost(boolean inTransactions) throws Exception {
        this.node.workflow("Continues", (arguments) -> {
            AtomicInteger heard = new AtomicInteger(arguments.get(1, Integer.class));
            AtomicBoolean asked = new AtomicBoolean();
            Workflows.onSignal("say", (said) -> heard.incrementAndGet());
            Workflows.onSignal("end", (said) -> asked.set(true));
            int generation = arguments.get(0, Integer.class);
            if (Workflows.await(Duration.ofMillis(200), asked::get)) {
                return heard.get();
            }
            Workflows.continueAsNew(generation + 1, heard.get());
            return null;
        }).start();
        this.other.start();
        this.node.begin("Continues", "continues", 0, 0);
        CompletableFuture<Void> storm = storm("continues", inTransactions);
        try {
            TestNode.await(
                    () -> this.nodes
                        .count("select count(*) from engine.workflow_execution where status = 'CONTINUED_AS_NEW'") >= 3,
                    Duration.ofSeconds(20));
        }
        finally {
            this.over.set(true);
        }
        storm.get(10, TimeUnit.SECONDS);
        this.other.service().signal(new WorkflowRef("continues", null), "end", this.other.json(), null);
        WorkflowOutcome outcome = this.node.result("continues");
        assertThat(outcome.status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(outcome.result()).isEqualTo(new Json(this.acknowledged.toString()));
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.BatchRequest.Operation;
import dev.workflow.batch.BatchRunner;
import dev.workflow.batch.Batches;
import dev.workflow.client.BatchDescription;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.visibility.ListQueryException;
import dev.workflow.visibility.WorkflowLists;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Batches on a real database, worked through by several nodes. */
class BatchesIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final AtomicInteger calls = new AtomicInteger();

    private final List<BatchRunner> runners = new ArrayList<>();

    private final Batches batches = batches(ContextPropagation.NONE);

    private Batches batches(ContextPropagation context) {
        return new Batches(new Batches.Database(this.nodes.database, "engine", PayloadCodecs.NONE),
                new WorkflowLists(this.nodes.database, "engine"), java.time.InstantSource.system(), context,
                () -> "node");
    }

    @AfterEach
    void stop() {
        this.runners.forEach(BatchRunner::stop);
    }

    /** A node with a runner. */
    private TestNode node() {
        TestNode node = this.nodes.node().activity("Echo", (arguments) -> {
            this.calls.incrementAndGet();
            return arguments.get(0, Object.class);
        }).workflow("Waits", (arguments) -> {
            List<String> taken = new ArrayList<>();
            Workflows.onSignal("go", (given) -> taken.add(given.get(0, String.class)));
            Workflows.await(() -> !taken.isEmpty());
            Workflows.await(() -> taken.contains("end"));
            return taken.size();
        })
            .workflow("Echoes",
                    (arguments) -> Workflows.activity("Echo", Object.class, ActivityOptions.defaults(), "hello"))
            .start();
        run(node, this.batches);
        return node;
    }

    private void run(TestNode node, Batches of) {
        BatchRunner runner = new BatchRunner(of, node.service());
        this.runners.add(runner);
        runner.start();
    }

    private static BatchRequest request(String query, Operation operation, double rate) {
        return new BatchRequest(query, operation, "go", new Json("[\"one\"]"), "because", ResetPoint.last(), true, "-b",
                rate);
    }

    private BatchDescription ended(String id) {
        TestNode.await(() -> this.batches.describe(id).endTime() != null);
        return this.batches.describe(id);
    }

    private void start(TestNode node, String type, int count) {
        for (int i = 0; i < count; i++) {
            node.begin(type, type + "-" + i);
        }
    }

    private long signaled() {
        return this.nodes
            .count("select count(*) from engine.workflow_event where event_type = 'WorkflowExecutionSignaled'");
    }

    @Test
    void eachRunIsDealtWithOnceByWhicheverNode() {
        TestNode one = node();
        node();
        start(one, "Waits", 350);
        String id = this.batches.begin(request("WorkflowType = 'Waits'", Operation.SIGNAL, 0));
        BatchDescription batch = ended(id);
        assertThat(batch).returns("COMPLETED", BatchDescription::state)
            .returns(350L, BatchDescription::total)
            .returns(350L, BatchDescription::done)
            .returns(0L, BatchDescription::failed)
            .returns("node", BatchDescription::identity);
        TestNode.await(() -> signaled() == 350);
        // What a node that died did not write is repeated by another, and changes
        // nothing.
        this.nodes.jdbc()
            .sql("""
                    update engine.workflow_batch set state = 'RUNNING', ended_at = null,
                      position_run_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff', position_started_at = now() + interval '1 minute',
                      next_at = now()""")
            .update();
        TestNode.await(() -> this.batches.describe(id).done() == 700);
        String end = this.batches.begin(new BatchRequest("Status = 'RUNNING' ORDER BY WorkflowId", Operation.SIGNAL,
                "go", new Json("[\"end\"]"), null, ResetPoint.last(), true, null, 0));
        assertThat(ended(end).done()).isEqualTo(350);
        for (int i = 0; i < 350; i++) {
            assertThat(one.result("Waits-" + i).result()).isEqualTo(new Json("2"));
        }
        assertThat(signaled()).isEqualTo(700);
        assertThat(this.batches.newest(10)).extracting(BatchDescription::batchId).containsExactly(end, id);
    }

    @Test
    void whatIsRefusedIsCountedWithItsReason() {
        TestNode node = node();
        start(node, "Waits", 3);
        start(node, "Echoes", 2);
        node.result("Echoes-0");
        node.result("Echoes-1");
        BatchDescription batch = ended(this.batches.begin(request("", Operation.TERMINATE, 0)));
        assertThat(batch).returns(5L, BatchDescription::total)
            .returns(3L, BatchDescription::done)
            .returns(2L, BatchDescription::failed);
        assertThat(batch.failures()).hasSize(2).allMatch((line) -> line.startsWith("Echoes-"));
        assertThat(batch.failures()).allMatch((line) -> line.contains("has ended (COMPLETED"));
        for (int i = 0; i < 3; i++) {
            assertThat(node.result("Waits-" + i).status()).isEqualTo(WorkflowStatus.TERMINATED);
            assertThat(TestNodes.soundHistory(node.service(), "Waits-" + i).getLast()).isInstanceOfSatisfying(
                    WorkflowExecutionTerminated.class,
                    (event) -> assertThat(event.reason()).isEqualTo("because (batch " + batch.batchId() + ")"));
        }
    }

    @Test
    void runsThatStartLaterAreNoneOfItsOwn() {
        TestNode node = node();
        start(node, "Waits", 4);
        this.runners.forEach(BatchRunner::stop);
        String id = this.batches.begin(request("WorkflowType = 'Waits'", Operation.CANCEL, 0));
        node.begin("Waits", "late");
        run(node, this.batches);
        assertThat(ended(id).done()).isEqualTo(4);
        assertThat(node.service().describe(new WorkflowRef("late", null)).status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(node.result("Waits-3").status()).isEqualTo(WorkflowStatus.CANCELED);
    }

    @Test
    void paceIsKeptAndAStoppedBatchStops() {
        TestNode node = node();
        node();
        start(node, "Waits", 40);
        long begin = System.nanoTime();
        assertThat(ended(this.batches.begin(request("", Operation.SIGNAL, 20))).done()).isEqualTo(40);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1_400));
        String slow = this.batches.begin(request("", Operation.TERMINATE, 2));
        TestNode.await(() -> this.batches.describe(slow).done() > 0);
        this.batches.stop(slow);
        BatchDescription stopped = ended(slow);
        assertThat(stopped.state()).isEqualTo("STOPPED");
        this.batches.stop(slow);
        assertThat(this.batches.describe(slow).endTime()).isEqualTo(stopped.endTime());
        assertThat(ended(this.batches.begin(request("Status = 'RUNNING'", Operation.CANCEL, 0))).done())
            .isGreaterThan(30);
        assertThat(this.batches.describe(slow).done()).isLessThan(10);
    }

    @Test
    void resetsAndForksOfABatchHappenOnce() {
        TestNode node = node();
        start(node, "Echoes", 5);
        for (int i = 0; i < 5; i++) {
            node.result("Echoes-" + i);
        }
        OffsetDateTime beforeForks = newestStart();
        String forks = this.batches.begin(request("WorkflowType = 'Echoes'", Operation.FORK, 0));
        assertThat(ended(forks).done()).isEqualTo(5);
        OffsetDateTime beforeResets = newestStart();
        String resets = this.batches.begin(new BatchRequest("WorkflowId STARTS_WITH 'Echoes-' AND WorkflowId != 'x'",
                Operation.RESET, null, Json.EMPTY_ARRAY, null, ResetPoint.first(), true, null, 0));
        assertThat(ended(resets).failures()).isEmpty();
        assertThat(ended(resets).done()).isEqualTo(10);
        again(forks, beforeForks);
        again(resets, beforeResets);
        TestNode.await(() -> this.batches.describe(resets).done() == 20 && this.batches.describe(forks).done() == 10);
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isEqualTo(20);
        for (int i = 0; i < 5; i++) {
            assertThat(node.result("Echoes-" + i + "-b").result()).isEqualTo(new Json("\"hello\""));
            assertThat(node.result("Echoes-" + i).result()).isEqualTo(new Json("\"hello\""));
        }
    }

    private OffsetDateTime newestStart() {
        return this.nodes.jdbc()
            .sql("select max(started_at) from engine.workflow_execution")
            .query(OffsetDateTime.class)
            .single();
    }

    /** As if nothing of what the batch has done had been noted. */
    private void again(String batch, OffsetDateTime from) {
        this.nodes.jdbc().sql("""
                update engine.workflow_batch set state = 'RUNNING', ended_at = null,
                  position_run_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff', position_started_at = ?, next_at = now()
                where id = ?""").params(from, batch).update();
    }

    @Test
    void batchBeginsWithTheCallersCommit() {
        TestNode node = node();
        start(node, "Waits", 2);
        this.nodes.transaction().executeWithoutResult((status) -> {
            this.batches.begin(request("", Operation.TERMINATE, 0));
            status.setRollbackOnly();
        });
        assertThat(this.batches.newest(10)).isEmpty();
        String id = this.nodes.transaction()
            .execute((status) -> this.batches.begin(request("", Operation.TERMINATE, 0)));
        assertThat(id).isNotNull();
        assertThat(ended(id).done()).isEqualTo(2);
    }

    @Test
    void runsAreDealtWithInTheNameOfWhoBeganTheBatch() {
        ThreadLocal<String> caller = new ThreadLocal<>();
        Batches named = batches(new ContextPropagation(List.of(new ContextPropagator() {

            @Override
            public Map<String, String> capture() {
                return (caller.get() != null) ? Map.of(PRINCIPAL, caller.get()) : Map.of();
            }

            @Override
            public AutoCloseable restore(Map<String, String> headers) {
                caller.set(headers.get(PRINCIPAL));
                return caller::remove;
            }

        })));
        caller.set("ann");
        String id = named.begin(request("", Operation.SIGNAL, 0));
        caller.remove();
        assertThat(named.describe(id).identity()).isEqualTo("ann");
        assertThat(this.nodes.count("select count(*) from engine.workflow_batch where by_principal")).isEqualTo(1);
    }

    @Test
    void whatIsNotUnderstoodBeginsNothing() {
        assertThatExceptionOfType(ListQueryException.class)
            .isThrownBy(() -> this.batches.begin(request("Nonsense LIKE 1", Operation.CANCEL, 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> request("", Operation.CANCEL, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> BatchRequest.of("", Operation.SIGNAL, null));
        assertThatIllegalArgumentException().isThrownBy(() -> BatchRequest.of("", Operation.FORK, null));
        assertThatIllegalArgumentException().isThrownBy(() -> this.batches.describe("none"));
        assertThatIllegalArgumentException().isThrownBy(() -> this.batches.stop("none"));
        assertThat(this.batches.newest(10)).isEmpty();
    }

    @Test
    void runThatIsHeldForSomeTimeIsWaitedFor() {
        TestNode node = node();
        start(node, "Waits", 3);
        String id = this.nodes.transaction().execute((status) -> {
            this.nodes.jdbc()
                .sql("select 1 from engine.workflow_task where run_id = (select run_id from engine.workflow_execution "
                        + "where workflow_id = 'Waits-1') for update")
                .query()
                .singleRow();
            TransactionTemplate another = this.nodes.transaction();
            another.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
            String begun = another
                .execute((own) -> this.batches.begin(request("WorkflowType = 'Waits'", Operation.TERMINATE, 0)));
            TestNode.await(() -> this.nodes.count("select step from engine.workflow_batch") > 1,
                    java.time.Duration.ofSeconds(30));
            return begun;
        });
        assertThat(id).isNotNull();
        assertThat(ended(id)).returns(3L, BatchDescription::done).returns(0L, BatchDescription::failed);
    }

    @Test
    void batchIsNotAwaitedInTheTransactionThatBeginsIt() {
        node();
        String id = this.nodes.transaction().execute((status) -> {
            String begun = this.batches.begin(request("WorkflowType = 'Waits'", Operation.TERMINATE, 0));
            assertThatIllegalStateException().isThrownBy(() -> this.batches.requireCommitted(begun))
                .withMessageContaining("after the commit");
            return begun;
        });
        assertThat(id).isNotNull();
        this.nodes.transaction().executeWithoutResult((status) -> this.batches.requireCommitted(id));
        ended(id);
    }

}

package dev.workflow.engine;

import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.batch.BatchAction;
import dev.workflow.batch.BatchRequest;
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
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
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

    private static BatchRequest request(String query, BatchAction action, double rate) {
        return new BatchRequest(query, action, "because", rate);
    }

    private static BatchAction signal(String argument) {
        return new BatchAction.Signal("go", new Json("[\"" + argument + "\"]"));
    }

    private static BatchAction fork() {
        return new BatchAction.Fork(ResetPoint.last(), true, "-b");
    }

    private static BatchAction onActivities(ActivityAction action) {
        return new BatchAction.OnActivities(null, action);
    }

    private BatchDescription ended(String id) {
        TestNode.await(() -> this.batches.describe(id).endTime() != null, Duration.ofSeconds(60));
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
        String id = this.batches.begin(request("WorkflowType = 'Waits'", signal("one"), 0));
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
        String end = this.batches
            .begin(new BatchRequest("Status = 'RUNNING' ORDER BY WorkflowId", signal("end"), null, 0));
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
        BatchDescription batch = ended(this.batches.begin(request("", new BatchAction.Terminate(), 0)));
        assertThat(batch).returns(5L, BatchDescription::total)
            .returns(3L, BatchDescription::done)
            .returns(2L, BatchDescription::failed);
        assertThat(this.batches.doneRuns()).isEqualTo(3);
        assertThat(this.batches.failedRuns()).isEqualTo(2);
        TestNode.await(() -> this.batches.inState("COMPLETED") == 1);
        assertThat(this.batches.inState("FAILED")).isZero();
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
        String id = this.batches.begin(request("WorkflowType = 'Waits'", new BatchAction.Cancel(), 0));
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
        assertThat(ended(this.batches.begin(request("", signal("one"), 20))).done()).isEqualTo(40);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1_400));
        String slow = this.batches.begin(request("", new BatchAction.Terminate(), 2));
        TestNode.await(() -> this.batches.describe(slow).done() > 0);
        this.batches.stop(slow);
        BatchDescription stopped = ended(slow);
        assertThat(stopped.state()).isEqualTo("STOPPED");
        this.batches.stop(slow);
        assertThat(this.batches.describe(slow).endTime()).isEqualTo(stopped.endTime());
        assertThat(ended(this.batches.begin(request("Status = 'RUNNING'", new BatchAction.Cancel(), 0))).done())
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
        String forks = this.batches.begin(request("WorkflowType = 'Echoes'", fork(), 0));
        assertThat(ended(forks).done()).isEqualTo(5);
        OffsetDateTime beforeResets = newestStart();
        String resets = this.batches.begin(new BatchRequest("WorkflowId STARTS_WITH 'Echoes-' AND WorkflowId != 'x'",
                new BatchAction.Reset(ResetPoint.first(), true), null, 0));
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

    @Test
    void longReasonIsCutWhereTheBatchAddsItsOwn() {
        TestNode node = node();
        start(node, "Echoes", 1);
        node.result("Echoes-0");
        // What the batch adds leaves room for half of the first pair.
        String begin = "x".repeat(9_954);
        String reason = begin + "\uD83D\uDE00".repeat(23);
        String id = this.batches.begin(new BatchRequest("WorkflowType = 'Echoes'",
                new BatchAction.Reset(ResetPoint.first(), true), reason, 0));
        assertThat(ended(id)).returns(1L, BatchDescription::done).returns(List.of(), BatchDescription::failures);
        assertThat(node.service().history(new WorkflowRef("Echoes-0", null), 0, 10))
            .anyMatch((event) -> event.toString().contains(begin + " (batch " + id + ")"));
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
            this.batches.begin(request("", new BatchAction.Terminate(), 0));
            status.setRollbackOnly();
        });
        assertThat(this.batches.newest(10)).isEmpty();
        String id = this.nodes.transaction()
            .execute((status) -> this.batches.begin(request("", new BatchAction.Terminate(), 0)));
        assertThat(id).isNotNull();
        assertThat(ended(id).done()).isEqualTo(2);
    }

    @Test
    void batchThatIsBegunAfterTheCommitIsThereAtOnce() {
        TestNode node = node();
        start(node, "Waits", 2);
        AtomicInteger done = new AtomicInteger();
        this.nodes.transaction()
            .executeWithoutResult((status) -> TransactionSynchronizationManager
                .registerSynchronization(new TransactionSynchronization() {

                    @Override
                    public void afterCommit() {
                        String id = BatchesIntegrationTests.this.batches
                            .begin(request("", new BatchAction.Terminate(), 0));
                        BatchesIntegrationTests.this.batches.requireCommitted(id);
                        done.addAndGet((int) ended(id).done());
                    }

                }));
        assertThat(done).hasValue(2);
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
        String id = named.begin(request("", signal("one"), 0));
        caller.remove();
        assertThat(named.describe(id).identity()).isEqualTo("ann");
        assertThat(this.nodes.count("select count(*) from engine.workflow_batch where by_principal")).isEqualTo(1);
    }

    @Test
    void whatIsNotUnderstoodBeginsNothing() {
        assertThatExceptionOfType(ListQueryException.class)
            .isThrownBy(() -> this.batches.begin(request("Nonsense LIKE 1", new BatchAction.Cancel(), 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> request("", new BatchAction.Cancel(), -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchAction.Signal("", Json.EMPTY_ARRAY));
        assertThatIllegalArgumentException().isThrownBy(() -> new BatchAction.Fork(ResetPoint.last(), true, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> onActivities(new ActivityAction.Complete(Json.NULL)));
        assertThatIllegalArgumentException().isThrownBy(() -> this.batches.describe("none"));
        assertThatIllegalArgumentException().isThrownBy(() -> this.batches.stop("none"));
        assertThatIllegalArgumentException().isThrownBy(() -> this.batches.pause("none"));
        assertThatIllegalArgumentException().isThrownBy(() -> this.batches.resume("none"));
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
            String begun = another.execute(
                    (own) -> this.batches.begin(request("WorkflowType = 'Waits'", new BatchAction.Terminate(), 0)));
            TestNode.await(() -> this.nodes.count("select step from engine.workflow_batch") > 1,
                    java.time.Duration.ofSeconds(30));
            return begun;
        });
        assertThat(id).isNotNull();
        assertThat(ended(id)).returns(3L, BatchDescription::done).returns(0L, BatchDescription::failed);
    }

    @Test
    void runThatAlwaysTakesTooLongHoldsUpNoOther() {
        TestNode node = node();
        this.runners.forEach(BatchRunner::stop);
        start(node, "Waits", 3);
        WorkflowService slow = with(node.service(), (method, arguments) -> {
            if (method.equals("terminate") && ((WorkflowRef) arguments[0]).workflowId().equals("Waits-1")) {
                throw new StoreException(StoreException.Kind.TRANSIENT, "canceling statement due to statement timeout",
                        new SQLException("", "57014"));
            }
        });
        BatchRunner runner = new BatchRunner(this.batches, slow);
        this.runners.add(runner);
        runner.start();
        BatchDescription batch = ended(
                this.batches.begin(request("WorkflowType = 'Waits'", new BatchAction.Terminate(), 0)));
        assertThat(batch).returns("COMPLETED", BatchDescription::state)
            .returns(2L, BatchDescription::done)
            .returns(1L, BatchDescription::failed);
        assertThat(batch.failures()).singleElement(InstanceOfAssertFactories.STRING)
            .startsWith("Waits-1 ")
            .endsWith("statement timeout");
    }

    private static WorkflowService with(WorkflowService of, BiConsumer<String, Object[]> before) {
        return (WorkflowService) java.lang.reflect.Proxy.newProxyInstance(WorkflowService.class.getClassLoader(),
                new Class<?>[] { WorkflowService.class }, (proxy, method, arguments) -> {
                    before.accept(method.getName(), arguments);
                    return method.invoke(of, arguments);
                });
    }

    @Test
    void batchIsNotAwaitedInTheTransactionThatBeginsIt() {
        node();
        String id = this.nodes.transaction().execute((status) -> {
            String begun = this.batches.begin(request("WorkflowType = 'Waits'", new BatchAction.Terminate(), 0));
            assertThatIllegalStateException().isThrownBy(() -> this.batches.requireCommitted(begun))
                .withMessageContaining("after the commit");
            return begun;
        });
        assertThat(id).isNotNull();
        this.nodes.transaction().executeWithoutResult((status) -> this.batches.requireCommitted(id));
        ended(id);
    }

    @Test
    void runsThatABatchMakesAreNoneOfItsOwnWhateverTheClockSays() {
        TestNode node = node();
        start(node, "Waits", 3);
        // Of a node whose clock is ahead: what is forked starts before the batch began.
        Batches ahead = new Batches(new Batches.Database(this.nodes.database, "engine", PayloadCodecs.NONE),
                new WorkflowLists(this.nodes.database, "engine"),
                () -> java.time.Instant.now().plus(Duration.ofSeconds(30)), ContextPropagation.NONE, () -> "node");
        String id = ahead.begin(request("WorkflowType = 'Waits'", fork(), 0));
        assertThat(ended(id).done()).isEqualTo(3);
        again(id, OffsetDateTime.now().plusSeconds(30));
        TestNode.await(() -> this.batches.describe(id).done() == 6 && this.batches.describe(id).endTime() != null);
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isEqualTo(6);
    }

    @Test
    void pausedBatchWaitsAndGoesOn() {
        TestNode node = node();
        start(node, "Waits", 30);
        String id = this.batches.begin(request("", new BatchAction.Terminate(), 4));
        TestNode.await(() -> this.batches.describe(id).done() > 0);
        this.batches.pause(id);
        this.batches.pause(id);
        assertThat(this.batches.describe(id)).returns("PAUSED", BatchDescription::state)
            .returns(null, BatchDescription::endTime);
        // What was under way may end; then nothing more happens, though others go on.
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_batch where id = ? and "
                + "next_at <= clock_timestamp() and under_way = '{}'", id) == 1);
        long done = this.batches.describe(id).done();
        String other = this.batches.begin(request("Status = 'TERMINATED'", signal("one"), 0));
        ended(other);
        assertThat(this.batches.describe(id).done()).isEqualTo(done).isLessThan(30);
        this.nodes.jdbc().sql("update engine.workflow_batch set rate = 0 where id = ?").param(id).update();
        this.batches.resume(id);
        assertThat(ended(id)).returns("COMPLETED", BatchDescription::state).returns(30L, BatchDescription::done);
        this.batches.pause(id);
        this.batches.resume(id);
        assertThat(this.batches.describe(id).state()).isEqualTo("COMPLETED");
    }

    @Test
    void pausedBatchCanBeStopped() {
        TestNode node = node();
        start(node, "Waits", 20);
        String id = this.batches.begin(request("", new BatchAction.Terminate(), 2));
        this.batches.pause(id);
        this.batches.stop(id);
        this.batches.resume(id);
        assertThat(ended(id).state()).isEqualTo("STOPPED");
    }

    @Test
    void endedRunsAreDeletedAndOpenOnesOnlyWhereThatIsWanted() {
        TestNode node = node();
        start(node, "Waits", 3);
        start(node, "Echoes", 4);
        for (int i = 0; i < 4; i++) {
            node.result("Echoes-" + i);
        }
        BatchDescription batch = ended(this.batches.begin(request("", new BatchAction.Delete(false), 0)));
        assertThat(batch).returns(7L, BatchDescription::total)
            .returns(4L, BatchDescription::done)
            .returns(3L, BatchDescription::failed)
            .returns("DELETE", BatchDescription::operation);
        assertThat(batch.failures()).allMatch((line) -> line.contains("is open"));
        assertThat(ended(this.batches.begin(request("", new BatchAction.Delete(true), 0))).done()).isEqualTo(3);
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isZero();
        assertThat(this.nodes.count("select count(*) from engine.workflow_event")).isZero();
    }

    @Test
    void whatIsInDoubtAfterACrashIsDoneAndCountedOnce() {
        TestNode node = node();
        this.runners.forEach(BatchRunner::stop);
        start(node, "Waits", 24);
        for (BatchAction action : List.of(signal("one"), new BatchAction.Cancel(), new BatchAction.Delete(true))) {
            String id = this.batches
                .begin(request((action instanceof BatchAction.Signal) ? "Status = 'RUNNING'" : "", action, 0));
            CrashingService crashing = new CrashingService(node.service(), 13);
            BatchRunner dies = new BatchRunner(this.batches, crashing.service());
            dies.start();
            TestNode.await(() -> crashing.isReached());
            assertThat(this.batches.describe(id).done()).isLessThan(24);
            BatchRunner other = new BatchRunner(this.batches, node.service());
            this.nodes.jdbc().sql("update engine.workflow_batch set next_at = now() where id = ?").param(id).update();
            other.start();
            assertThat(ended(id)).returns(24L, BatchDescription::done).returns(0L, BatchDescription::failed);
            // The other one wakes up, and has nothing to say any more.
            crashing.goOn();
            dies.stop();
            other.stop();
            assertThat(this.batches.describe(id)).returns(24L, BatchDescription::done)
                .returns(0L, BatchDescription::failed);
            if (action instanceof BatchAction.Signal) {
                TestNode.await(() -> signaled() >= 24);
                assertThat(signaled()).isEqualTo(24);
            }
        }
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isZero();
    }

    /** A node that dies when it has dealt with so many runs: it does nothing more. */
    private static final class CrashingService {

        private final WorkflowService of;

        private final AtomicInteger left;

        private final java.util.concurrent.CountDownLatch goOn = new java.util.concurrent.CountDownLatch(1);

        CrashingService(WorkflowService of, int left) {
            this.of = of;
            this.left = new AtomicInteger(left);
        }

        WorkflowService service() {
            return (WorkflowService) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(),
                    new Class<?>[] { WorkflowService.class }, (proxy, method, arguments) -> {
                        Object result = method.invoke(this.of, arguments);
                        if (this.left.decrementAndGet() <= 0) {
                            this.goOn.await();
                        }
                        return result;
                    });
        }

        boolean isReached() {
            return this.left.get() <= 0;
        }

        void goOn() {
            this.goOn.countDown();
        }

    }

    @Test
    void batchThatCannotGoOnFailsWithItsReason() {
        TestNode node = node();
        start(node, "Waits", 1);
        this.runners.forEach(BatchRunner::stop);
        String query = this.batches.begin(request("", new BatchAction.Cancel(), 0));
        String unknown = this.batches.begin(request("", new BatchAction.Cancel(), 0));
        String deadly = this.batches.begin(request("", new BatchAction.Cancel(), 0));
        this.nodes.jdbc()
            .sql("update engine.workflow_batch set attempts = 5, query = 'Nonsense LIKE 1' where id = ?")
            .param(query)
            .update();
        this.nodes.jdbc()
            .sql("update engine.workflow_batch set attempts = 5, operation = 'DANCE' where id = ?")
            .param(unknown)
            .update();
        this.nodes.jdbc().sql("update engine.workflow_batch set attempts = 8 where id = ?").param(deadly).update();
        run(node, this.batches);
        for (String id : List.of(query, unknown, deadly)) {
            TestNode.await(() -> {
                this.nodes.jdbc()
                    .sql("update engine.workflow_batch set next_at = now() where attempts > 0 and attempts < 8 and "
                            + "problem is not null and next_at < now() + interval '29 seconds'")
                    .update();
                return this.batches.describe(id).endTime() != null;
            }, Duration.ofSeconds(60));
            assertThat(this.batches.describe(id)).returns("FAILED", BatchDescription::state)
                .returns(0L, BatchDescription::done);
        }
        assertThat(this.batches.describe(query).problem()).contains("Unexpected 'LIKE'");
        assertThat(this.batches.describe(unknown).problem()).contains("DANCE");
        assertThat(this.batches.describe(deadly).problem()).contains("ended before it got on");
        assertThat(node.service().describe(new WorkflowRef("Waits-0", null)).status())
            .isEqualTo(WorkflowStatus.RUNNING);
    }

    @Test
    void batchesThatEndedLongAgoAreDeleted() {
        TestNode node = this.nodes.node();
        String running = this.batches.begin(request("", new BatchAction.Cancel(), 0));
        String recent = this.batches.begin(request("", new BatchAction.Cancel(), 0));
        for (int i = 0; i < 250; i++) {
            this.batches.begin(request("", new BatchAction.Cancel(), 0));
        }
        this.nodes.jdbc()
            .sql("update engine.workflow_batch set state = 'COMPLETED', "
                    + "ended_at = now() - case when id = ? then interval '1 day' else interval '31 days' end where id <> ?")
            .params(recent, running)
            .update();
        node.records = Map.of(EngineStore.RecordKind.BATCH, Duration.ofDays(30));
        node.start();
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_batch") == 2);
        assertThat(this.batches.newest(10)).extracting(BatchDescription::batchId)
            .containsExactlyInAnyOrder(running, recent);
    }

    @Test
    void activitiesOfManyRunsAreSteeredAtOnce() {
        AtomicInteger failing = new AtomicInteger(1);
        TestNode node = this.nodes.node().activity("Flaky", (arguments) -> {
            this.calls.incrementAndGet();
            if (failing.get() > 0) {
                throw dev.workflow.failure.ApplicationFailure.of("later", "NotYet");
            }
            return "done";
        })
            .workflow("Retries",
                    (arguments) -> Workflows.activity("Flaky", String.class,
                            ActivityOptions.defaults()
                                .retry(dev.workflow.RetryOptions.defaults().initialInterval(Duration.ofHours(1)))))
            .workflow("Waits", (arguments) -> {
                Workflows.await(() -> false);
                return null;
            })
            .start();
        run(node, this.batches);
        start(node, "Retries", 5);
        start(node, "Waits", 1);
        TestNode.await(() -> retrying() == 5);
        BatchDescription other = ended(this.batches.begin(request("Activity = 'RETRYING'",
                new BatchAction.OnActivities("Unheard", new ActivityAction.Pause()), 0)));
        assertThat(other.failed()).isEqualTo(5);
        assertThat(other.failures()).allMatch((line) -> line.contains("no activity of type Unheard"));
        assertThat(ended(this.batches.begin(request("", onActivities(new ActivityAction.Pause()), 0))))
            .returns(5L, BatchDescription::done)
            .returns(1L, BatchDescription::failed)
            .returns("PAUSE_ACTIVITIES", BatchDescription::operation);
        assertThat(this.nodes.count("select count(*) from engine.workflow_activity_task where paused = 1"))
            .isEqualTo(5);
        BatchDescription refused = ended(
                this.batches.begin(request("Activity = 'PAUSED'", onActivities(new ActivityAction.RunNow()), 0)));
        assertThat(refused.failed()).isEqualTo(5);
        assertThat(refused.failures()).allMatch((line) -> line.contains("is paused"));
        ActivityOptions options = ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofSeconds(7))
            .retry(dev.workflow.RetryOptions.defaults().maximumAttempts(9).doNotRetry(new String[0]));
        ended(this.batches.begin(request("", onActivities(new ActivityAction.ChangeOptionsOf(options)), 0)));
        assertThat(this.nodes.count("select count(*) from engine.workflow_activity_task where options like "
                + "'%\"maximumAttempts\":9%' and options like '%PT7S%'"))
            .isEqualTo(5);
        String unpause = this.batches
            .begin(request("Activity = 'PAUSED'", onActivities(new ActivityAction.Unpause(true)), 0));
        assertThat(ended(unpause).done()).isEqualTo(5);
        TestNode.await(() -> this.calls.get() == 10 && retrying() == 5);
        // A batch that is repeated makes no further attempts.
        String now = this.batches
            .begin(request("WorkflowType = 'Retries'", onActivities(new ActivityAction.RunNow()), 0));
        assertThat(ended(now).done()).isEqualTo(5);
        TestNode.await(() -> this.calls.get() == 15 && retrying() == 5);
        again(now, newestStart());
        TestNode.await(() -> this.batches.describe(now).endTime() != null && this.batches.describe(now).done() == 10);
        assertThat(this.calls).hasValue(15);
        failing.set(0);
        ended(this.batches.begin(request("Activity = 'RETRYING'", onActivities(new ActivityAction.Reset()), 0)));
        for (int i = 0; i < 5; i++) {
            assertThat(node.result("Retries-" + i).result()).isEqualTo(new Json("\"done\""));
            assertThat(TestNodes.soundHistory(node.service(), "Retries-" + i))
                .filteredOn((event) -> event instanceof dev.workflow.history.OperatorActionRecorded)
                .extracting((event) -> ((dev.workflow.history.OperatorActionRecorded) event).action())
                .containsExactly("PauseActivity", "ChangeOptionsOfActivity", "UnpauseActivity", "RunNowActivity",
                        "ResetActivity");
        }
    }

    private long retrying() {
        return this.nodes.count("select count(*) from engine.workflow_activity_task where last_failure is not null and "
                + "owner is null");
    }

}

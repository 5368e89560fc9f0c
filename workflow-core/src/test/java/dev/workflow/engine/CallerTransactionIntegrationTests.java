package dev.workflow.engine;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import javax.sql.DataSource;

import dev.workflow.Activities;
import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.store.TestConnections;
import dev.workflow.store.TestPostgres;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/** The caller's transaction is the caller's: it decides, and it holds nobody else up. */
class CallerTransactionIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TransactionTemplate transaction = this.nodes.transaction();

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private TestNode greeting() {
        return this.nodes.node().workflow("Greets", (arguments) -> "hello").start();
    }

    private TestNode waiting() {
        return waiting(this.nodes.node());
    }

    private static TestNode waiting(TestNode node) {
        return node.workflow("Waits", (arguments) -> {
            List<String> said = new ArrayList<>();
            Workflows.onSignal("say", (signal) -> said.add(signal.get(0, String.class)));
            Workflows.await(() -> said.contains("end"));
            return said;
        }).workflow("Greets", (arguments) -> "hello").start();
    }

    private long executions(String workflowId) {
        return this.nodes.count("select count(*) from engine.workflow_execution where workflow_id = ?", workflowId);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void uncommittedStartDelaysOnlyStartsOfTheSameId(boolean commits) throws Exception {
        TestNode node = waiting();
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> caller = CompletableFuture
            .runAsync(() -> this.transaction.executeWithoutResult((status) -> {
                node.begin("Waits", "order-42");
                started.countDown();
                await(end);
                if (!commits) {
                    status.setRollbackOnly();
                }
            }), this.threads);
        await(started);
        CompletableFuture<StartResult> same = CompletableFuture.supplyAsync(() -> node.begin("Waits", "order-42"),
                this.threads);
        AtomicLong slowest = new AtomicLong();
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String chosen = "order-" + (1_000 + i);
            for (String id : new String[] { chosen, null }) {
                others.add(CompletableFuture.runAsync(() -> {
                    long begin = System.nanoTime();
                    String workflowId = node.begin("Greets", id).workflowId();
                    slowest.accumulateAndGet(System.nanoTime() - begin, Math::max);
                    assertThat(node.result(workflowId).status()).isEqualTo(WorkflowStatus.COMPLETED);
                }, this.threads));
            }
        }
        CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).get(8, TimeUnit.SECONDS);
        assertThat(same).isNotDone();
        assertThat(Duration.ofNanos(slowest.get())).isLessThan(Duration.ofSeconds(4));
        end.countDown();
        caller.get(10, TimeUnit.SECONDS);
        if (commits) {
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> same.get(10, TimeUnit.SECONDS))
                .withCauseInstanceOf(WorkflowAlreadyStartedException.class);
        }
        else {
            assertThat(same.get(10, TimeUnit.SECONDS).started()).isTrue();
        }
        node.service().signal(new WorkflowRef("order-42", null), "say", node.json("end"), null);
        assertThat(node.result("order-42").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(executions("order-42")).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void startsOfTheSameIdsInOppositeOrderEndOnceEach() throws Exception {
        TestNode node = greeting();
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        for (int caller = 0; caller < 6; caller++) {
            boolean backwards = caller % 2 == 1;
            callers.add(CompletableFuture.supplyAsync(() -> {
                int mine = 0;
                for (int i = 0; i < 30; i++) {
                    try {
                        node.begin("Greets", "opposite-" + (backwards ? 29 - i : i));
                        mine++;
                    }
                    catch (WorkflowAlreadyStartedException ex) {
                        assertThat(ex.getMessage()).contains("opposite-");
                    }
                }
                return mine;
            }, this.threads));
        }
        for (CompletableFuture<Integer> caller : callers) {
            assertThat(caller.get(20, TimeUnit.SECONDS)).isNotNegative();
        }
        for (int i = 0; i < 30; i++) {
            assertThat(node.result("opposite-" + i).result()).isEqualTo(new Json("\"hello\""));
        }
    }

    @Test
    void signalOfAnOpenTransactionDelaysNeitherItsRunNorTheRunsEndOfOthers() throws Exception {
        TestNode node = waiting();
        WorkflowService service = node.service();
        node.begin("Waits", "held");
        node.begin("Waits", "neighbour");
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> caller = CompletableFuture
            .runAsync(() -> this.transaction.executeWithoutResult((status) -> {
                service.signal(new WorkflowRef("held", null), "say", node.json("late"), null);
                sent.countDown();
                await(end);
            }), this.threads);
        await(sent);
        service.signal(new WorkflowRef("held", null), "say", node.json("early"), null);
        assertThat(TestNode.types(service, "held")).as("its transitions go on")
            .containsExactly("WorkflowExecutionStarted", "WorkflowExecutionSignaled");
        CompletableFuture<Void> ending = CompletableFuture
            .runAsync(() -> service.signal(new WorkflowRef("held", null), "say", node.json("end"), null), this.threads);
        service.signal(new WorkflowRef("neighbour", null), "say", node.json("end"), null);
        assertThat(node.result("neighbour").result()).isEqualTo(new Json("[\"end\"]"));
        assertThat(node.result(node.begin("Greets", null).workflowId()).status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(service.describe(new WorkflowRef("held", null)).status()).isEqualTo(WorkflowStatus.RUNNING);
        end.countDown();
        caller.get(10, TimeUnit.SECONDS);
        ending.get(10, TimeUnit.SECONDS);
        assertThat(node.result("held").result().text()).contains("late").contains("early").contains("end");
    }

    @Test
    void activityFailedInAnOpenTransactionHoldsUpItsOwnRunOnly() throws Exception {
        TestNode node = this.nodes.node()
            .activity("Later", (arguments) -> Activities.completeLater())
            .workflow("Greets", (arguments) -> "hello")
            .workflow("Hurries", (arguments) -> {
                List<String> said = new ArrayList<>();
                Workflows.onSignal("say", (signal) -> said.add(signal.get(0, String.class)));
                Workflows.async(() -> Workflows.activity("Later", String.class, ActivityOptions.defaults()));
                Workflows.await(() -> said.contains("end"));
                return said;
            })
            .start();
        WorkflowService service = node.service();
        WorkflowRef held = new WorkflowRef("held", null);
        node.begin("Hurries", "held");
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_activity_task where completes_later and owner is null") == 1);
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> caller = CompletableFuture
            .runAsync(() -> this.transaction.executeWithoutResult((status) -> {
                service.failActivity("held", "2", FailureInfo.application("Test", "not yet", false));
                failed.countDown();
                await(end);
            }), this.threads);
        await(failed);
        CompletableFuture<Void> ending = CompletableFuture
            .runAsync(() -> service.signal(held, "say", node.json("end"), null), this.threads);
        long waiting = 0;
        for (int i = 0; i < 50; i++) {
            assertThat(node.result(node.begin("Greets", null).workflowId()).status())
                .isEqualTo(WorkflowStatus.COMPLETED);
            waiting += this.nodes.count("""
                    select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'""");
        }
        assertThat(waiting).as("sessions of the engine that waited for the open transaction").isZero();
        assertThat(service.describe(held).status()).isEqualTo(WorkflowStatus.RUNNING);
        end.countDown();
        caller.get(10, TimeUnit.SECONDS);
        ending.get(10, TimeUnit.SECONDS);
        assertThat(node.result("held").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    @Test
    void terminationThatMeetsAnOpenTransactionDelaysNobodyElse() throws Exception {
        TestNode node = waiting();
        WorkflowService service = node.service();
        node.begin("Waits", "held");
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> caller = CompletableFuture
            .runAsync(() -> this.transaction.executeWithoutResult((status) -> {
                service.signal(new WorkflowRef("held", null), "say", node.json("late"), null);
                sent.countDown();
                await(end);
            }), this.threads);
        await(sent);
        // The wish is committed, but its fulfilment meets the open transaction's lock.
        this.transaction.executeWithoutResult((status) -> service.terminate(new WorkflowRef("held", null), "enough"));
        TestNode client = this.nodes.node()
            .workflow("Greets", (arguments) -> "hello")
            .settings((s) -> s.clientOnly().deaf());
        client.start();
        for (int i = 0; i < 10; i++) {
            client.begin("Greets", "found-by-a-poll-" + i);
        }
        long begin = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            assertThat(node.result("found-by-a-poll-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        CompletableFuture<Void> direct = CompletableFuture
            .runAsync(() -> service.terminate(new WorkflowRef("held", null), "now"), this.threads);
        end.countDown();
        caller.get(10, TimeUnit.SECONDS);
        assertThat(direct
            .handle((done, failure) -> failure == null || failure.getCause() instanceof WorkflowNotFoundException)
            .get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(node.result("held").status()).isEqualTo(WorkflowStatus.TERMINATED);
    }

    @Test
    void readOnlyTransactionIsRefusedBeforeAnySql() {
        TestConnections application = new TestConnections(this.nodes.database, "");
        Set<String> statements = new CopyOnWriteArraySet<>();
        TestNode node = this.nodes.add(new TestNode(this.nodes.database, application,
                new EngineClock(InstantSource.system(), true), EngineMetrics.NONE));
        node.workflow("Waits", (arguments) -> {
            Workflows.await(() -> false);
            return null;
        }).start();
        WorkflowService service = node.service();
        node.begin("Waits", "open");
        TransactionTemplate readOnly = new TransactionTemplate(new DataSourceTransactionManager(application));
        readOnly.setReadOnly(true);
        application.interfere((moment, done) -> statements.addAll(done));
        WorkflowRef open = new WorkflowRef("open", null);
        List<Runnable> calls = List.of(() -> node.begin("Waits", "refused"),
                () -> service.signal(open, "say", node.json("x"), null), () -> service.cancel(open, null),
                () -> service.terminate(open, null));
        for (Runnable call : calls) {
            readOnly.executeWithoutResult(
                    (status) -> assertThatExceptionOfType(IllegalStateException.class).isThrownBy(call::run)
                        .withMessageContaining("read-only"));
        }
        assertThat(statements).isEmpty();
        readOnly.executeWithoutResult((status) -> assertThat(service.describe(open).workflowId()).isEqualTo("open"));
        assertThat(executions("refused")).isZero();
        application.close();
    }

    @Test
    void transactionOfAnotherDataSourceIsNotJoined() {
        TestNode node = greeting();
        TransactionTemplate other = new TransactionTemplate(
                new DataSourceTransactionManager(TestPostgres.newDatabase("engine")));
        other.executeWithoutResult((status) -> {
            node.begin("Greets", "elsewhere");
            assertThat(node.result("elsewhere").status()).isEqualTo(WorkflowStatus.COMPLETED);
            status.setRollbackOnly();
        });
        assertThat(executions("elsewhere")).isEqualTo(1);
    }

    @Test
    void conflictOfIdsDoesNotSpoilTheTransaction() {
        TestNode node = waiting();
        node.begin("Waits", "taken");
        this.nodes.jdbc().sql("create table business (id int)").update();
        this.transaction.executeWithoutResult((status) -> {
            this.nodes.jdbc().sql("insert into business values (1)").update();
            assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
                .isThrownBy(() -> node.begin("Waits", "taken"));
            assertThatExceptionOfType(WorkflowNotFoundException.class)
                .isThrownBy(() -> node.service().signal(new WorkflowRef("nobody", null), "say", node.json("x"), null));
            node.begin("Greets", "fresh");
        });
        assertThat(this.nodes.count("select count(*) from business")).isEqualTo(1);
        assertThat(node.result("fresh").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    @Test
    void cancellationOfWhatHasEndedDoesNotSpoilTheTransaction() {
        TestNode node = greeting();
        WorkflowRef ended = new WorkflowRef(node.begin("Greets", "ended").workflowId(), null);
        node.result("ended");
        this.transaction.executeWithoutResult((status) -> {
            node.begin("Greets", "with it");
            node.service().cancelIfOpen(ended, null);
        });
        assertThat(node.result("with it").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    @Test
    void afterARollbackNothingHappened() {
        TestNode node = waiting();
        WorkflowService service = node.service();
        WorkflowRef open = new WorkflowRef("open", null);
        node.begin("Waits", "open");
        long messages = this.nodes.count("select count(*) from engine.workflow_message");
        this.transaction.executeWithoutResult((status) -> {
            node.begin("Greets", "never");
            service.signal(open, "say", node.json("never"), "r1");
            service.cancel(open, "never");
            service.terminate(open, "never");
            status.setRollbackOnly();
        });
        assertThat(executions("never")).isZero();
        assertThat(this.nodes.count("select count(*) from engine.workflow_message")).isEqualTo(messages);
        service.signal(open, "say", node.json("end"), "r1");
        assertThat(node.result("open").result()).isEqualTo(new Json("[\"end\"]"));
        assertThat(TestNode.types(service, "open")).containsExactly("WorkflowExecutionStarted",
                "WorkflowExecutionSignaled", "WorkflowExecutionCompleted");
    }

    @Test
    void whatATransactionHasNotCommittedIsNotWaitedForInIt() {
        TestNode node = waiting();
        WorkflowService service = node.service();
        this.transaction.executeWithoutResult((status) -> {
            node.begin("Waits", "mine");
            WorkflowRef mine = new WorkflowRef("mine", null);
            service.signal(mine, "say", node.json("end"), null);
            for (Runnable call : List.<Runnable>of(() -> service.result(mine, true, Duration.ofSeconds(1)),
                    () -> service.query(mine, "q", node.json()),
                    () -> service.update(mine, null, "u", node.json(), true, Duration.ofSeconds(1)))) {
                assertThatExceptionOfType(IllegalStateException.class).isThrownBy(call::run)
                    .withMessageContaining("after the commit");
            }
        });
        assertThat(node.result("mine").result()).isEqualTo(new Json("[\"end\"]"));
        assertThatNoException().isThrownBy(() -> this.transaction.executeWithoutResult(
                (status) -> service.result(new WorkflowRef("mine", null), true, Duration.ofSeconds(1))));
    }

    @Test
    void startAndResultOfABusinessTransactionCommitTogether() {
        this.nodes.jdbc().sql("create table business (id int)").update();
        TestNode node = this.nodes.node()
            .activity("Count",
                    (arguments) -> this.nodes.count("select count(*) from business where id = ?",
                            arguments.get(0, Integer.class)))
            .workflow("Counts",
                    (arguments) -> Workflows.activity("Count", Long.class, ActivityOptions.defaults(),
                            arguments.get(0, Integer.class)))
            .start();
        for (int i = 0; i < 20; i++) {
            int id = i;
            this.transaction.executeWithoutResult((status) -> {
                node.begin("Counts", "counts-" + id, id);
                this.nodes.jdbc().sql("insert into business values (?)").param(id).update();
                if (id % 2 == 0) {
                    status.setRollbackOnly();
                }
            });
        }
        for (int i = 1; i < 20; i += 2) {
            assertThat(node.result("counts-" + i).result()).isEqualTo(new Json("1"));
        }
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution where workflow_id like 'counts-%'"))
            .isEqualTo(10);
    }

    /** A node whose application has connections that commit by themselves, or do not. */
    private TestNode waiting(boolean autoCommit) {
        DataSource application = new DelegatingDataSource(this.nodes.database) {

            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                connection.setAutoCommit(autoCommit);
                return connection;
            }

        };
        return waiting(this.nodes.add(new TestNode(this.nodes.database, application,
                new EngineClock(InstantSource.system(), true), EngineMetrics.NONE)));
    }

    private static TransactionSynchronization afterCommit(Runnable action) {
        return new TransactionSynchronization() {

            @Override
            public void afterCommit() {
                action.run();
            }

        };
    }

    private static TransactionSynchronization afterCompletion(Runnable action) {
        return new TransactionSynchronization() {

            @Override
            public void afterCompletion(int status) {
                action.run();
            }

        };
    }

    private static void signal(TestNode node, String workflowId, String word) {
        node.service().signal(new WorkflowRef(workflowId, null), "say", node.json(word), null);
    }

    @ParameterizedTest
    @CsvSource({ "true, true", "true, false", "false, true", "false, false" })
    void whatIsCalledAfterTheCompletionCommitsByItself(boolean commits, boolean autoCommit) {
        TestNode node = waiting(autoCommit);
        TransactionTemplate transaction = TestNodes.transaction(node.dataSource);
        node.begin("Waits", "open");
        AtomicBoolean returned = new AtomicBoolean();
        transaction.executeWithoutResult((status) -> {
            TransactionSynchronizationManager.registerSynchronization(afterCompletion(() -> {
                node.begin("Waits", "late");
                signal(node, "late", "end");
                signal(node, "open", "end");
                assertThat(node.result("late").result()).isEqualTo(new Json("[\"end\"]"));
                // It takes part in the transaction that has ended.
                transaction.executeWithoutResult((inner) -> node.begin("Greets", "later"));
                assertThat(node.result("later").status()).isEqualTo(WorkflowStatus.COMPLETED);
                returned.set(true);
            }));
            if (!commits) {
                status.setRollbackOnly();
            }
        });
        assertThat(returned).isTrue();
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
        transaction.executeWithoutResult(
                (status) -> assertThat(node.result("open").result()).isEqualTo(new Json("[\"end\"]")));
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void whatIsCalledAfterTheCommitCommitsByItself(boolean autoCommit) {
        TestNode node = waiting(autoCommit);
        TransactionTemplate transaction = TestNodes.transaction(node.dataSource);
        TransactionTemplate another = TestNodes.transaction(node.dataSource);
        another.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        AtomicBoolean returned = new AtomicBoolean();
        transaction.executeWithoutResult((status) -> {
            node.begin("Waits", "first");
            TransactionSynchronizationManager.registerSynchronization(afterCommit(() -> {
                node.begin("Waits", "late");
                assertThat(executions("late")).as("committed starts").isEqualTo(1);
                signal(node, "late", "end");
                signal(node, "first", "end");
                assertThat(node.result("late").result()).isEqualTo(new Json("[\"end\"]"));
                assertThat(node.result("first").result()).isEqualTo(new Json("[\"end\"]"));
                another.executeWithoutResult((inner) -> {
                    node.begin("Greets", "never");
                    inner.setRollbackOnly();
                });
                another.executeWithoutResult((inner) -> {
                    node.begin("Greets", "of another");
                    assertThat(executions("of another")).as("committed starts").isZero();
                });
                assertThat(node.result("of another").status()).isEqualTo(WorkflowStatus.COMPLETED);
                node.begin("Greets", "last");
                assertThat(executions("last")).as("committed starts").isEqualTo(1);
                returned.set(true);
            }));
        });
        assertThat(returned).isTrue();
        assertThat(executions("never")).isZero();
        assertThat(node.result("last").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
    }

    @Test
    void whatIsCalledBeforeTheCommitStillJoins() {
        TestNode node = waiting(true);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> TestNodes.transaction(node.dataSource)
            .executeWithoutResult((status) -> TransactionSynchronizationManager
                .registerSynchronization(new TransactionSynchronization() {

                    @Override
                    public void beforeCommit(boolean readOnly) {
                        node.begin("Greets", "never");
                        throw new IllegalStateException("no commit");
                    }

                })))
            .withMessage("no commit");
        assertThat(executions("never")).isZero();
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
    }

    @Test
    void transactionOfAnotherDataSourceThatHasEndedSaysNothingOfThisOne() {
        TestNode node = waiting(true);
        TransactionTemplate transaction = TestNodes.transaction(node.dataSource);
        AtomicBoolean returned = new AtomicBoolean();
        TestNodes.transaction(TestPostgres.newDatabase("engine"))
            .executeWithoutResult((status) -> TransactionSynchronizationManager
                .registerSynchronization(afterCommit(() -> transaction.executeWithoutResult((inner) -> {
                    node.begin("Greets", "never");
                    inner.setRollbackOnly();
                    returned.set(true);
                }))));
        assertThat(returned).isTrue();
        assertThat(executions("never")).isZero();
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import javax.sql.DataSource;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import dev.workflow.store.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class WorkflowEngineIntegrationTests {

    private final DataSource database = TestPostgres.newDatabase("engine");

    private final LongAdder commits = new LongAdder();

    private final TestNode node = new TestNode(this.database, InstantSource.system(), new EngineMetrics() {

        @Override
        public void commit(int transitions, Duration duration) {
            WorkflowEngineIntegrationTests.this.commits.increment();
        }

    });

    @AfterEach
    void stop() {
        this.node.close();
    }

    private static String echo(String text) {
        return Workflows.activity("Echo", String.class, ActivityOptions.defaults(), text);
    }

    private TestNode echoing() {
        return this.node.activity("Echo", (arguments) -> arguments.get(0, String.class));
    }

    @Test
    void threeSequentialActivitiesTakeFourCommits() {
        echoing().workflow("Steps", (arguments) -> echo("a") + echo("b") + echo("c")).start();
        WorkflowService service = this.node.service();
        this.node.begin("Steps", "w1");
        assertThat(this.node.result("w1").result()).isEqualTo(new Json("\"abc\""));
        // Whoever reads the result from the database may be sooner than who counts.
        TestNode.await(() -> this.commits.sum() >= 4);
        assertThat(this.commits.sum()).isEqualTo(4);
        assertThat(TestNode.types(service, "w1")).containsExactly("WorkflowExecutionStarted", "ActivityTaskScheduled",
                "ActivityTaskCompleted", "ActivityTaskScheduled", "ActivityTaskCompleted", "ActivityTaskScheduled",
                "ActivityTaskCompleted", "WorkflowExecutionCompleted");
        JdbcClient jdbc = JdbcClient.create(this.database);
        for (String table : List.of("workflow_task", "workflow_activity_task", "workflow_message")) {
            assertThat(jdbc.sql("select count(*) from engine." + table).query(Long.class).single()).isZero();
        }
    }

    @Test
    void signalWakesAndTimerFires() {
        echoing().workflow("Waits", (arguments) -> {
            StringBuilder seen = new StringBuilder();
            Workflows.onSignal("say", (said) -> seen.append(said.get(0, String.class)));
            Workflows.onQuery("seen", (nothing) -> seen.toString());
            Workflows.await(() -> seen.length() == 3);
            boolean more = Workflows.await(Duration.ofMillis(50), () -> seen.length() > 3);
            return seen + "/" + more;
        }).start();
        WorkflowService service = this.node.service();
        this.node.begin("Waits", "w2");
        WorkflowRef ref = new WorkflowRef("w2", null);
        service.signal(ref, "say", this.node.json("a"), null);
        service.signal(ref, "say", this.node.json("b"), "request");
        service.signal(ref, "say", this.node.json("b"), "request");
        assertThat(service.query(ref, "seen", this.node.json())).isEqualTo(new Json("\"ab\""));
        this.node.engine().evictAll();
        assertThat(service.query(ref, "seen", this.node.json())).isEqualTo(new Json("\"ab\""));
        service.signal(ref, "say", this.node.json("b"), "request");
        service.signal(ref, "say", this.node.json("c"), null);
        assertThat(this.node.result("w2").result()).isEqualTo(new Json("\"abc/false\""));
    }

    @Test
    void signalToARunThatHasEndedSaysSo() {
        echoing().workflow("Ends", (arguments) -> "end").start();
        this.node.begin("Ends", "ended");
        this.node.result("ended");
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(
                    () -> this.node.service().signal(new WorkflowRef("ended", null), "say", this.node.json("a"), null))
            .withMessageContaining("has ended (COMPLETED");
    }

    @Test
    void fanOutBeyondTheSlotsCompletes() {
        this.node.activity("Half", (arguments) -> arguments.get(0, Integer.class) / 2).workflow("Fan", (arguments) -> {
            List<Promise<Integer>> halves = java.util.stream.IntStream.range(0, 500)
                .mapToObj((i) -> Workflows
                    .async(() -> Workflows.activity("Half", Integer.class, ActivityOptions.defaults(), i * 2)))
                .toList();
            return Promise.allOf(halves).get().stream().mapToInt(Integer::intValue).sum();
        }).start();
        this.node.begin("Fan", "fan");
        assertThat(this.node.result("fan").result()).isEqualTo(new Json("124750"));
    }

    @Test
    void failingActivityIsTriedAgainThenFailsTheRun() {
        AtomicInteger attempts = new AtomicInteger();
        this.node.activity("Fails", (arguments) -> {
            throw new IllegalStateException("attempt " + attempts.incrementAndGet());
        })
            .workflow("Retries",
                    (arguments) -> Workflows.activity("Fails", String.class,
                            ActivityOptions.defaults().retry(dev.workflow.RetryOptions.defaults().maximumAttempts(3))))
            .start();
        this.node.begin("Retries", "retries");
        WorkflowOutcome outcome = this.node.result("retries");
        assertThat(outcome.status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(attempts).hasValue(3);
        assertThat(String.valueOf(outcome.failure())).contains("attempt 3").contains("IllegalStateException");
    }

    @Test
    void transactionalActivityCommitsWithItsResultOrNotAtAll() {
        JdbcClient jdbc = JdbcClient.create(this.database);
        jdbc.sql("create table booking (id int)").update();
        AtomicInteger attempts = new AtomicInteger();
        this.node.activity("Book", new DefaultTransactionAttribute(), (arguments) -> {
            jdbc.sql("insert into booking values (1)").update();
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
            return "booked";
        })
            .workflow("Books", (arguments) -> Workflows.activity("Book", String.class, ActivityOptions.defaults()))
            .start();
        this.node.begin("Books", "books");
        assertThat(this.node.result("books").result()).isEqualTo(new Json("\"booked\""));
        assertThat(jdbc.sql("select count(*) from booking").query(Long.class).single()).isEqualTo(1);
    }

    @Test
    void startInTheCallersTransactionHappensWithItsCommitOnly() {
        echoing().workflow("Greets", (arguments) -> echo("hello")).start();
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(this.database));
        transaction.executeWithoutResult((status) -> {
            this.node.begin("Greets", "rolled-back");
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult((status) -> {
            this.node.begin("Greets", "committed");
            assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
                .isThrownBy(() -> this.node.begin("Greets", "committed"));
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.node.result("committed"));
        });
        assertThat(this.node.result("committed").result()).isEqualTo(new Json("\"hello\""));
        assertThat(JdbcClient.create(this.database)
            .sql("select count(*) from engine.workflow_execution")
            .query(Long.class)
            .single()).isEqualTo(1);
    }

    @Test
    void unexpectedExceptionBlocksTheRunUntilTheCodeIsMended() {
        AtomicInteger broken = new AtomicInteger(1);
        echoing().workflow("Broken", (arguments) -> {
            String text = echo("a");
            if (broken.get() == 1) {
                throw new IllegalStateException("a bug");
            }
            return text + echo("b");
        }).start();
        this.node.begin("Broken", "broken");
        TestNode.await(() -> this.node.service().describe(new WorkflowRef("broken", null)).problem() != null);
        assertThat(this.node.service().describe(new WorkflowRef("broken", null)).problem()).contains("a bug");
        broken.set(0);
        assertThat(this.node.result("broken").result()).isEqualTo(new Json("\"ab\""));
    }

    @Test
    void nodeThatStopsWakesItsOwnListener() {
        List<List<String>> heard = new CopyOnWriteArrayList<>();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("listen")) {
                EngineStore.WakeupListener listener = (EngineStore.WakeupListener) arguments[0];
                arguments[0] = (EngineStore.WakeupListener) (payloads) -> {
                    heard.add(payloads);
                    return listener.received(payloads);
                };
            }
            return call.call();
        });
        echoing().start();
        TestNode.await(() -> !heard.isEmpty());
        this.node.close();
        // Nothing would say that it waited until its time was over.
        assertThat(heard.getLast()).isNotEmpty();
    }

}

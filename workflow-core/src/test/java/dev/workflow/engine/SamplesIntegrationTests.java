package dev.workflow.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.history.ActivityTaskScheduled;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;

import static org.assertj.core.api.Assertions.assertThat;

/** What the engine says of itself and of the database. */
class SamplesIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private volatile boolean lost;

    @Test
    void databaseIsLookedAt() {
        TestNode node = this.nodes.node(this.time).workflow("Blocks", (arguments) -> {
            throw new IllegalStateException("a bug");
        }).workflow("Waits", (arguments) -> {
            Workflows.await(() -> false);
            return null;
        }).start();
        node.begin("Blocks", "blocked");
        node.begin("Waits", "paused");
        node.service().operator().pause(new WorkflowRef("paused", null), Operator.UNKNOWN);
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_task where problem is not null and owner is null") == 2);
        this.nodes.jdbc().sql("update engine.workflow_task set crashes = 9 where resume_at is null").update();
        this.nodes.transaction().executeWithoutResult((status) -> {
            this.nodes.jdbc().sql("select txid_current()").query(Long.class).single();
            node.engine().gauges().takeSample();
            TestNode.await(() -> {
                node.engine().gauges().takeSample();
                return node.engine().gauges().database().oldestTransaction().isPositive();
            });
        });
        DatabaseSample sample = node.engine().gauges().database();
        assertThat(sample.blockedRuns()).isEqualTo(1);
        assertThat(sample.quarantinedRuns()).isEqualTo(1);
        assertThat(sample.pausedRuns()).isEqualTo(1);
        assertThat(sample.tables()).containsKeys("workflow_task", "workflow_event", "workflow_control");
        assertThat(sample.table("workflow_event").bytes()).isPositive();
    }

    @Test
    void limitsAreShownWithWhatTheyHave() {
        TestNode node = this.nodes.node(this.time).start();
        node.engine().gauges().takeSample();
        OperationGauges gauges = node.engine().gauges().operationGauges();
        assertThat(gauges.rateLimit(TestNode.QUEUE)).isNaN();
        assertThat(gauges.rateTokens(TestNode.QUEUE)).isNaN();
        node.service().operator().limitRate(TestNode.QUEUE, 4.0);
        node.engine().gauges().takeSample();
        assertThat(gauges.rateLimit(TestNode.QUEUE)).isEqualTo(4);
        // A node may hold one of them.
        assertThat(gauges.rateTokens(TestNode.QUEUE)).isBetween(3.0, 4.0);
        assertThat(gauges.deletedRuns()).isZero();
        assertThat(gauges.deletionAge()).isZero();
    }

    @Test
    void notificationsThatDoNotArriveAreCounted() {
        // By itself it would look only after half a minute.
        TestNode node = this.nodes.node(this.time).settings((s) -> s.heartbeat(Duration.ofSeconds(30)));
        node.faults = FaultyStore.with((method, arguments, call) -> {
            boolean probe = method.getName().equals("notify") && arguments[0].toString().contains("probe");
            return (probe && this.lost) ? null : call.call();
        });
        node.start();
        // The first looks begin before anybody listens.
        TestNode.await(() -> {
            node.engine().gauges().takeSample();
            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            while (!node.engine().wakeups().isAnswered() && System.nanoTime() < end) {
                LockSupport.parkNanos(1_000_000);
            }
            return node.engine().wakeups().isAnswered();
        }, Duration.ofSeconds(20));
        this.lost = true;
        long before = node.engine().gauges().lostNotifications();
        node.engine().gauges().takeSample();
        node.engine().gauges().takeSample();
        assertThat(node.engine().gauges().lostNotifications()).isEqualTo(before + 1);
    }

    @Test
    void oldestTransactionOfAnActivityIsKnown() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch runs = new CountDownLatch(1);
        TestNode node = this.nodes.node(this.time).activity("Books", new DefaultTransactionAttribute(), (arguments) -> {
            runs.countDown();
            goOn.await(10, TimeUnit.SECONDS);
            return "booked";
        })
            .workflow("Pays", (arguments) -> Workflows.activity("Books", Object.class, ActivityOptions.defaults()))
            .start();
        assertThat(node.engine().gauges().oldestTransactionalActivity()).isZero();
        node.begin("Pays", "pays");
        assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
        this.time.advance(Duration.ofSeconds(7));
        assertThat(node.engine().gauges().oldestTransactionalActivity()).isEqualTo(Duration.ofSeconds(7));
        goOn.countDown();
        node.result("pays");
        TestNode.await(() -> node.engine().gauges().oldestTransactionalActivity().isZero());
    }

    @Test
    void activitiesHaveThePriorityOfTheirWorkflowUnlessTheySayOtherwise() {
        TestNode node = this.nodes.node(this.time)
            .activity("Works", (arguments) -> "done")
            .workflow("Urgent", (arguments) -> {
                Workflows.activity("Works", Object.class, ActivityOptions.defaults());
                return Workflows.activity("Works", Object.class, ActivityOptions.defaults().priority(5));
            })
            .start();
        StartRequest plain = node.request("Urgent", "urgent");
        node.service()
            .start(new StartRequest(plain.workflowType(), plain.workflowId(), plain.taskQueue(), plain.input(), null,
                    plain.idReusePolicy(), plain.idConflictPolicy(), null, null, null, null, null, plain.memo(),
                    plain.searchAttributes(), 1, null, null));
        node.result("urgent");
        assertThat(TestNodes.soundHistory(node.service(), "urgent")
            .stream()
            .filter(ActivityTaskScheduled.class::isInstance)
            .map((event) -> ((ActivityTaskScheduled) event).priority())).containsExactly(1, 5);
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.RetryOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Attempts whose ends meet a deadline, a cancellation or an operator. */
class ActivityRacesIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @Test
    void cancellationDoesNotWaitForThePauseBeforeAnotherAttempt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch fail = new CountDownLatch(1);
        ActivityOptions options = ActivityOptions.defaults()
            .taskQueue("far")
            .cancellationType(CancellationType.WAIT_CANCELLATION_COMPLETED)
            .retry(RetryOptions.defaults().initialInterval(Duration.ofHours(1)).maximumInterval(Duration.ofHours(1)));
        TestNode owner = this.nodes.node()
            .workflow("Calls", (arguments) -> Workflows.activity("Far", String.class, options))
            .start();
        this.nodes.node()
            .queues("far")
            .settings((settings) -> settings.heartbeat(Duration.ofSeconds(2)))
            .activity("Far", (arguments) -> {
                begun.countDown();
                while (!fail.await(10, TimeUnit.MILLISECONDS)) {
                    // Goes on whoever interrupts it.
                    Thread.interrupted();
                }
                throw new IllegalStateException("not now");
            })
            .start();
        WorkflowRef run = new WorkflowRef("calls", null);
        owner.begin("Calls", "calls");
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        owner.service().cancel(run, "enough");
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_activity_task where cancel_requested") == 1);
        fail.countDown();
        WorkflowOutcome outcome = owner.service().result(run, true, Duration.ofSeconds(10));
        assertThat(outcome).isNotNull().extracting(WorkflowOutcome::status).isEqualTo(WorkflowStatus.CANCELED);
    }

    @Test
    void timeThatIsGivenJustBeforeTheEndLetsTheActivityGoOn() {
        TestNodes.Time time = new TestNodes.Time();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ActivityOptions options = ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofHours(2))
            .scheduleToCloseTimeout(Duration.ofSeconds(5));
        TestNode operator = this.nodes.node(time).settings(TestNode.Settings::clientOnly).start();
        TestNode worker = this.nodes.node(time)
            .settings((settings) -> settings.deaf().poll(Duration.ofSeconds(30)))
            .activity("Works", (arguments) -> {
                begun.countDown();
                end.await();
                return "done";
            })
            .workflow("Calls", (arguments) -> Workflows.activity("Works", String.class, options))
            .start();
        WorkflowRef run = new WorkflowRef("calls", null);
        worker.begin("Calls", "calls");
        TestNode.await(() -> begun.getCount() == 0);
        String activity = operator.service().describe(run).pendingActivities().getFirst().activityId();
        operator.service()
            .operator()
            .activity(run, activity,
                    new ActivityAction.ChangeOptionsOf(
                            ActivityOptions.defaults().scheduleToCloseTimeout(Duration.ofHours(1))),
                    new Operator("ann", "more time"));
        long before = worker.engine().moves();
        time.advance(Duration.ofSeconds(10));
        worker.engine().clockMoved();
        TestNode.await(() -> worker.engine().moves() > before);
        worker.engine().poller().wake();
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_message") == 0);
        end.countDown();
        // The attempt kept the time that it had begun with; another one follows it.
        TestNode.await(() -> {
            time.advance(Duration.ofMillis(100));
            worker.engine().clockMoved();
            return worker.service().describe(run).status() != WorkflowStatus.RUNNING;
        });
        assertThat(worker.result("calls").result()).isEqualTo(new Json("\"done\""));
    }

}

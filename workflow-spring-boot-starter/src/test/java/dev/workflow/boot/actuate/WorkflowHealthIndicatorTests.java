package dev.workflow.boot.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.workflow.engine.WaitingForBuild;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

class WorkflowHealthIndicatorTests {

    private final FixedGauges engine = new FixedGauges();

    private final WorkflowHealthIndicator indicator = new WorkflowHealthIndicator(this.engine, Duration.ofSeconds(10));

    @Test
    void isUpWhileTheEngineHearsFromTheDatabase() {
        var health = this.indicator.health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsKey("pollers")
            .containsEntry("engine", "running")
            .containsEntry("database", "connected")
            .containsEntry("nodes", 2)
            .extractingByKey("backlog", InstanceOfAssertFactories.MAP)
            .containsOnlyKeys("orders", "nobodys");
    }

    @Test
    void saysWhichBuildsAreMissing() {
        assertThat(this.indicator.health().getDetails()).doesNotContainKey("waitingForBuilds");
        WaitingForBuild waiting = new WaitingForBuild("orders", "v1", 3, Instant.EPOCH);
        this.engine.waiting = List.of(waiting);
        var health = this.indicator.health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("waitingForBuilds", List.of(waiting));
    }

    @Test
    void isDegradedWhenSomethingWaitsForTooLongAndSaysWhatToDo() {
        WorkflowHealthIndicator strict = new WorkflowHealthIndicator(this.engine, Duration.ofSeconds(10),
                Duration.ofSeconds(3));
        var health = strict.health();
        assertThat(health.getStatus()).isEqualTo(WorkflowHealthIndicator.DEGRADED);
        assertThat(health.getDetails()).extractingByKey("reason")
            .asString()
            .contains("'orders'", "PT4S", "workflow.health.backlog-age (PT3S)");
        assertThat(health.getDetails()).extractingByKey("whatToDo").asString().contains("free slots");
        this.engine.used = 200;
        assertThat(strict.health().getDetails()).extractingByKey("whatToDo")
            .asString()
            .contains("All 200 activity slots", "workflow.worker.task-queues.orders.activity-slots");
        this.engine.paused = true;
        assertThat(strict.health().getStatus()).isEqualTo(Status.UP);
        this.engine.paused = false;
        assertThat(new WorkflowHealthIndicator(this.engine, Duration.ofSeconds(10), Duration.ofSeconds(4)).health()
            .getStatus()).isEqualTo(Status.UP);
        this.engine.running = false;
        assertThat(strict.health().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void schedulesThatAreLateAreShownAndLeaveItUp() {
        assertThat(this.indicator.health().getDetails()).doesNotContainKey("schedules");
        this.engine.scheduleLag = Duration.ofSeconds(11);
        var health = this.indicator.health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("schedules",
                new WorkflowHealthIndicator.Schedules(12, 0, Duration.ofSeconds(11)));
    }

    @Test
    void isDownAfterALeaseOfSilence() {
        this.engine.silence = Duration.ofSeconds(10);
        assertThat(this.indicator.health().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void isDownWhenTheEngineHasStopped() {
        this.engine.running = false;
        assertThat(this.indicator.health().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void isDownWhenANewerProcessHasItsNameAndSaysWhatToDo() {
        this.engine.superseded = true;
        var health = this.indicator.health();
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails()).containsEntry("engine", "superseded")
            .hasEntrySatisfying("reason", (reason) -> assertThat(reason).asString().contains("Another process runs"))
            .hasEntrySatisfying("whatToDo", (advice) -> assertThat(advice).asString().contains("workflow.node-id"));
    }

    @Test
    @Timeout(60)
    void isDownWhenCodeKeepsAllCarrierThreads() {
        AtomicBoolean end = new AtomicBoolean();
        try {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                Thread.startVirtualThread(() -> {
                    while (!end.get()) {
                        Thread.onSpinWait();
                    }
                });
            }
            var health = this.indicator.health();
            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.getDetails()).extractingByKey("carrierThreads").asString().startsWith("all kept");
        }
        finally {
            end.set(true);
        }
        assertThat(this.indicator.health().getStatus()).isEqualTo(Status.UP);
    }

}

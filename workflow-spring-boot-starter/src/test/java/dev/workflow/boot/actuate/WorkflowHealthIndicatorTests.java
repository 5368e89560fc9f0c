package dev.workflow.boot.actuate;

import java.time.Duration;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

class WorkflowHealthIndicatorTests {

    private final FixedGauges engine = new FixedGauges();

    private final WorkflowHealthIndicator indicator = new WorkflowHealthIndicator(this.engine, Duration.ofSeconds(10));

    @Test
    void isUpWhileTheEngineHearsFromTheDatabase() {
        var health = this.indicator.health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("engine", "running")
            .containsEntry("database", "connected")
            .containsEntry("nodes", 2)
            .extractingByKey("backlog", InstanceOfAssertFactories.MAP)
            .containsOnlyKeys("orders", "nobodys");
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

}

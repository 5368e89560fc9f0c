package dev.workflow.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.context.WebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

class WorkflowEngineLifecycleTests {

    private final List<String> calls = new ArrayList<>();

    private final WorkflowEngineLifecycle lifecycle = new WorkflowEngineLifecycle(() -> this.calls.add("start"),
            () -> this.calls.add("stop"));

    @Test
    void startsBeforeTheWebServerAndStopsAfterItHasDrained() {
        assertThat(this.lifecycle.getPhase()).isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
            .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
    }

    @Test
    void stopsOnceAndOnlyWhatWasStarted() {
        this.lifecycle.stop();
        this.lifecycle.start();
        this.lifecycle.start();
        assertThat(this.lifecycle.isRunning()).isTrue();
        this.lifecycle.stop();
        this.lifecycle.stop();
        assertThat(this.calls).containsExactly("start", "stop");
        assertThat(this.lifecycle.isRunning()).isFalse();
    }

    @Test
    void tellsThatItHasStoppedOnlyAfterwards() {
        this.lifecycle.start();
        this.lifecycle.stop(() -> this.calls.add("told"));
        assertThat(this.calls).containsExactly("start", "stop", "told");
    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
@WorkflowTest(classes = HistoryLimitTests.Endless.class,
        properties = { "workflow.history.max-events=20", "workflow.history.warn-events=10" })
class HistoryLimitTests extends ScenarioTests {

    @Test
    void aHistoryThatIsTooLongEndsItsRunAndSaysSo(CapturedOutput output) {
        WorkflowHandle<Endless, String> handle = this.client.start(Endless.class, Endless::run,
                WorkflowOptions.withId(anyId().id()));
        advance(Duration.ofMinutes(1));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .satisfies((failure) -> assertThat(failure.getCause()).isInstanceOfSatisfying(ApplicationFailure.class,
                    (cause) -> {
                        assertThat(cause.type()).isEqualTo("HistoryLimitExceeded");
                        assertThat(cause).hasMessageContaining("20 events (workflow.history.max-events)");
                    }));
        assertThat(output.getOut().lines().filter((line) -> line.contains("it should continue as new"))).singleElement()
            .asString()
            .contains(handle.workflowId(), "fails at 20");
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(handle.history().size()).isBetween(20, 23);
        assertThat(handle.history().getLast()).isInstanceOf(WorkflowExecutionTerminated.class);
    }

    @Workflow
    static class Endless {

        @WorkflowMethod
        String run() {
            while (true) {
                Workflows.sleep(Duration.ofSeconds(1));
            }
        }

    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

@WorkflowTest(classes = { CurrentDetailsTests.Packing.class, CurrentDetailsTests.Silent.class })
class CurrentDetailsTests extends ScenarioTests {

    @Autowired
    private WorkflowService workflows;

    @Test
    void aRunSaysWhatItIsDoing() {
        WorkflowHandle<Packing, String> handle = this.client.start(Packing.class, (w) -> w.pack(2), anyId());
        step();
        assertThat(described(handle)).isEqualTo((this.mode == Mode.EVICTED) ? null : "**1** of 2");
        assertThat(handle.query("__current_details", String.class)).isEqualTo("**1** of 2");
        advance(Duration.ofHours(1));
        assertThat(handle.query("__current_details", String.class)).isEqualTo("**2** of 2");
        advance(Duration.ofHours(1));
        assertThat(resultOf(handle)).isEqualTo("packed");
        assertThat(handle.query("__current_details", String.class)).isEqualTo("**2** of 2");
        assertThat(described(handle)).isNull();
    }

    @Test
    void aRunThatSaysNothingHasNone() {
        WorkflowHandle<Silent, String> handle = this.client.start(Silent.class, (w) -> w.run(), anyId());
        step();
        assertThat(handle.query("__current_details", String.class)).isEmpty();
        assertThat(described(handle)).isNull();
        advance(Duration.ofHours(1));
        assertThat(resultOf(handle)).isEmpty();
    }

    private String described(WorkflowHandle<?, ?> handle) {
        return this.workflows.describe(new WorkflowRef(handle.workflowId(), null)).currentDetails();
    }

    @Workflow
    static class Packing {

        @WorkflowMethod
        String pack(int boxes) {
            for (int i = 1; i <= boxes; i++) {
                Workflows.currentDetails("**" + i + "** of " + boxes);
                Workflows.sleep(Duration.ofHours(1));
            }
            return "packed";
        }

    }

    @Workflow
    static class Silent {

        @WorkflowMethod
        String run() {
            Workflows.sleep(Duration.ofHours(1));
            return "";
        }

    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.DynamicActivity;
import dev.workflow.DynamicWorkflow;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@WorkflowTest(classes = { DynamicTests.Anything.class, DynamicTests.AnyActivity.class, DynamicTests.Known.class })
class DynamicTests extends ScenarioTests {

    @Test
    void typesWithoutABeanRunInTheDynamicOnes() {
        WorkflowHandle<Object, Object> handle = this.client.start("NeverHeardOf", anyId(), "World", 2);
        advance(Duration.ofHours(2));
        assertThat(handle.result(String.class, PATIENCE)).isEqualTo("NeverHeardOf: Hello.World(2) / Hello.again(3)");
        assertThat(handle.describe().workflowType()).isEqualTo("NeverHeardOf");
    }

    @Test
    void typesWithABeanRunInTheirs() {
        WorkflowHandle<Known, String> handle = this.client.start(Known.class, (w) -> w.run(), anyId());
        step();
        assertThat(resultOf(handle)).isEqualTo("known");
    }

    @Workflow
    static class Anything implements DynamicWorkflow {

        @Override
        public Object execute(Arguments arguments) {
            String name = arguments.get(0, String.class);
            int number = arguments.get(1, Integer.class);
            Workflows.onSignal("anything", (ignored) -> {
            });
            String first = Workflows.activity("Hello." + name, String.class, ActivityOptions.defaults(), number);
            Workflows.sleep(Duration.ofHours(1));
            String second = Workflows.activity("Hello.again", String.class, ActivityOptions.defaults(), number + 1);
            return Workflows.info().workflowType() + ": " + first + " / " + second;
        }

    }

    @Activity
    static class AnyActivity implements DynamicActivity {

        @Override
        public Object execute(String activityType, Arguments arguments) {
            if (Activities.info().attempt() == 1) {
                throw new IllegalStateException("not at once");
            }
            return activityType + "(" + arguments.get(0, Integer.class) + ")";
        }

    }

    @Workflow
    static class Known {

        @WorkflowMethod
        String run() {
            return "known";
        }

    }

}

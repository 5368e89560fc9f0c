package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.DynamicActivity;
import dev.workflow.DynamicWorkflow;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
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
        handle.signal((w) -> w.end());
        assertThat(resultOf(handle)).isEqualTo("known []");
    }

    @Test
    void whatHasNoHandlerGoesToTheDynamicOnes() {
        WorkflowHandle<Object, Object> handle = this.client.start("NeverHeardOf", anyId(), "World", 2);
        step();
        handle.signal("hint", "x");
        step();
        assertThat(handle.query("how", String.class, 1, 2)).isEqualTo("how2 [hint x]");
        CompletableFuture<Integer> changed = CompletableFuture
            .supplyAsync(() -> handle.update("change", Integer.class, "y"));
        await(() -> {
            advance(Duration.ofSeconds(1));
            return changed.isDone();
        });
        assertThat(changed.join()).isEqualTo(2);
        assertThat(handle.query("__current_details", String.class)).isEmpty();
        advance(Duration.ofHours(2));
        assertThat(handle.result(String.class, PATIENCE))
            .isEqualTo("NeverHeardOf: Hello.World(2) / Hello.again(3) [hint x, change Hello.update(7)]");
    }

    @Test
    void handlersWithANameComeBeforeTheDynamicOnes() {
        WorkflowHandle<Known, String> handle = this.client.start(Known.class, (w) -> w.run(), anyId());
        step();
        handle.signal((w) -> w.named("a"));
        handle.signal("unnamed", "b");
        step();
        assertThat(handle.query("seen", String.class)).isEqualTo("[named a, any unnamed]");
        assertThat(handle.query("else", String.class)).isEqualTo("any else");
        handle.signal((w) -> w.end());
        assertThat(resultOf(handle)).isEqualTo("known [named a, any unnamed]");
    }

    @Workflow
    static class Anything implements DynamicWorkflow {

        @Override
        public Object execute(Arguments arguments) {
            String name = arguments.get(0, String.class);
            int number = arguments.get(1, Integer.class);
            List<String> told = new ArrayList<>();
            Workflows.onAnySignal((signal, given) -> told.add(signal + " " + given.get(0, String.class)));
            Workflows.onAnyQuery((query, given) -> query + given.size() + " " + told);
            Workflows.onAnyUpdate((update, given) -> {
                told.add(
                        update + " " + Workflows.activity("Hello.update", String.class, ActivityOptions.defaults(), 7));
                return told.size();
            });
            String first = Workflows.activity("Hello." + name, String.class, ActivityOptions.defaults(), number);
            Workflows.sleep(Duration.ofHours(1));
            String second = Workflows.activity("Hello.again", String.class, ActivityOptions.defaults(), number + 1);
            return Workflows.info().workflowType() + ": " + first + " / " + second + (told.isEmpty() ? "" : " " + told);
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

        private final List<String> seen = new ArrayList<>();

        private boolean ended;

        @WorkflowMethod
        String run() {
            Workflows.onAnySignal((name, arguments) -> this.seen.add("any " + name));
            Workflows.onAnyQuery((name, arguments) -> "any " + name);
            Workflows.await(() -> this.ended);
            return "known " + this.seen;
        }

        @SignalMethod
        void named(String what) {
            this.seen.add("named " + what);
        }

        @SignalMethod
        void end() {
            this.ended = true;
        }

        @QueryMethod
        String seen() {
            return this.seen.toString();
        }

    }

}

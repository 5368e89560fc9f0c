package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;

@WorkflowTest(classes = { HelloTests.Greetings.class, HelloTests.HelloActivity.class, HelloTests.HelloAsync.class,
        HelloTests.HelloParallel.class, HelloTests.HelloSleep.class, HelloTests.HelloTimers.class,
        HelloTests.HelloAwait.class, HelloTests.HelloUntyped.class, HelloTests.HelloVoid.class })
class HelloTests extends ScenarioTests {

    @Test
    void activityGreets() {
        WorkflowHandle<HelloActivity, String> handle = this.client.start(HelloActivity.class, (w) -> w.greet("World"),
                anyId());
        step();
        assertThat(resultOf(handle)).isEqualTo("Hello, World!");
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted", "ActivityTaskScheduled",
                "ActivityTaskCompleted", "WorkflowExecutionCompleted");
    }

    @Test
    void executeWaitsForTheResult() {
        String greeting = this.client.execute(HelloActivity.class, (w) -> w.greet("you"), anyId());
        assertThat(greeting).isEqualTo("Hello, you!");
    }

    @Test
    void startByNameIsTheSame() {
        WorkflowHandle<Object, Object> handle = this.client.start("HelloActivity", anyId(), "by name");
        assertThat(handle.result(String.class, PATIENCE)).isEqualTo("Hello, by name!");
        assertThat(this.client.workflow(HelloActivity.class, handle.workflowId()).result(PATIENCE))
            .isEqualTo("Hello, by name!");
    }

    @Test
    void asyncCallsRunSideBySide() {
        WorkflowHandle<HelloAsync, String> handle = this.client.start(HelloAsync.class, (w) -> w.greet("a", "b"),
                anyId());
        step();
        assertThat(resultOf(handle)).isEqualTo("Hello, a! Hello, b!");
        assertThat(eventTypes(handle)).startsWith("WorkflowExecutionStarted", "ActivityTaskScheduled",
                "ActivityTaskScheduled");
    }

    @Test
    void fiftyActivitiesInParallelKeepTheirOrder() {
        WorkflowHandle<HelloParallel, List<String>> handle = this.client.start(HelloParallel.class,
                (w) -> w.greetAll(50), anyId());
        step();
        assertThat(resultOf(handle))
            .containsExactlyElementsOf(IntStream.range(0, 50).mapToObj((i) -> "Hello, " + i + "!").toList());
    }

    @Test
    void sleepLastsAsLongAsTheClockSays() {
        WorkflowHandle<HelloSleep, Duration> handle = this.client.start(HelloSleep.class,
                (w) -> w.sleep(Duration.ofDays(30)), anyId());
        advance(Duration.ofDays(29));
        assertThat(handle.describe().status().name()).isEqualTo("RUNNING");
        advance(Duration.ofDays(1));
        assertThat(resultOf(handle)).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void timersFireInTheOrderOfTheirTimes() {
        WorkflowHandle<HelloTimers, List<String>> handle = this.client.start(HelloTimers.class, (w) -> w.run(),
                anyId());
        advance(Duration.ofHours(1));
        assertThat(resultOf(handle)).containsExactly("1m", "2m", "3m");
    }

    @Test
    void awaitEndsWithItsCondition() {
        WorkflowHandle<HelloAwait, String> handle = this.client.start(HelloAwait.class,
                (w) -> w.waitFor(Duration.ofHours(1)), anyId());
        advance(Duration.ofMinutes(59));
        handle.signal((w) -> w.open());
        step();
        assertThat(resultOf(handle)).isEqualTo("opened");
        assertThat(eventTypes(handle)).contains("TimerStarted", "TimerCanceled").doesNotContain("TimerFired");
    }

    @Test
    void awaitEndsWithItsTime() {
        WorkflowHandle<HelloAwait, String> handle = this.client.start(HelloAwait.class,
                (w) -> w.waitFor(Duration.ofHours(1)), anyId());
        advance(Duration.ofMinutes(60));
        assertThat(resultOf(handle)).isEqualTo("still closed");
        assertThat(eventTypes(handle)).contains("TimerFired").doesNotContain("TimerCanceled");
    }

    @Test
    void activitiesCanBeCalledByNameAndWithOptions() {
        WorkflowHandle<HelloUntyped, List<String>> handle = this.client.start(HelloUntyped.class, (w) -> w.run(),
                anyId());
        step();
        assertThat(resultOf(handle)).containsExactly("Hello, name!", "Hello, stub!", "Hello, options!", "[x, y]");
    }

    @Test
    void voidAndNullTravel() {
        WorkflowHandle<HelloVoid, Void> handle = this.client.start(HelloVoid.class, (w) -> {
            w.run(null);
        }, anyId());
        step();
        assertThat(resultOf(handle)).isNull();
        String seen = handle.query((w) -> w.seen());
        assertThat(seen).isEqualTo("null/null");
    }

    @Activity(startToCloseTimeout = "10s")
    static class Greetings {

        public String greet(String name) {
            return "Hello, " + name + "!";
        }

        public List<String> list(Map<String, List<String>> names) {
            return names.get("names");
        }

        public String nothing(String nothing) {
            return nothing;
        }

    }

    @Workflow
    static class HelloActivity {

        private final Greetings greetings;

        HelloActivity(Greetings greetings) {
            this.greetings = greetings;
        }

        @WorkflowMethod
        String greet(String name) {
            return this.greetings.greet(name);
        }

    }

    @Workflow
    static class HelloAsync {

        private final Greetings greetings;

        HelloAsync(Greetings greetings) {
            this.greetings = greetings;
        }

        @WorkflowMethod
        String greet(String first, String second) {
            Promise<String> one = Workflows.async(() -> this.greetings.greet(first));
            Promise<String> two = Workflows.async(() -> this.greetings.greet(second));
            return one.get() + " " + two.get();
        }

    }

    @Workflow
    static class HelloParallel {

        private final Greetings greetings;

        HelloParallel(Greetings greetings) {
            this.greetings = greetings;
        }

        @WorkflowMethod
        List<String> greetAll(int n) {
            List<Promise<String>> all = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                String name = String.valueOf(i);
                all.add(Workflows.async(() -> this.greetings.greet(name)));
            }
            return Promise.allOf(all).get();
        }

    }

    @Workflow
    static class HelloSleep {

        @WorkflowMethod
        Duration sleep(Duration duration) {
            Instant before = Workflows.now();
            Workflows.sleep(duration);
            return Duration.between(before, Workflows.now());
        }

    }

    @Workflow
    static class HelloTimers {

        @WorkflowMethod
        List<String> run() {
            List<String> fired = new ArrayList<>();
            List<Promise<Void>> timers = new ArrayList<>();
            for (int minutes : new int[] { 3, 1, 2 }) {
                timers.add(Workflows.timer(Duration.ofMinutes(minutes)).thenApply((nothing) -> {
                    fired.add(minutes + "m");
                    return null;
                }));
            }
            Promise.allOf(timers).get();
            return fired;
        }

    }

    @Workflow
    static class HelloAwait {

        private boolean open;

        @WorkflowMethod
        String waitFor(Duration patience) {
            return Workflows.await(patience, () -> this.open) ? "opened" : "still closed";
        }

        @SignalMethod
        void open() {
            this.open = true;
        }

    }

    @Workflow
    static class HelloUntyped {

        private final Greetings greetings;

        HelloUntyped(Greetings greetings) {
            this.greetings = greetings;
        }

        @WorkflowMethod
        List<String> run() {
            ActivityOptions options = ActivityOptions.defaults().startToCloseTimeout(Duration.ofSeconds(3));
            String byName = Workflows.activity("Greetings.greet", String.class, options, "name");
            String byStub = Workflows.activities(Greetings.class, options).greet("stub");
            String byOptions = Workflows.withOptions(this.greetings, options).greet("options");
            List<String> list = Workflows.activity("Greetings.list", new ParameterizedTypeReference<List<String>>() {
            }, options, Map.of("names", List.of("x", "y")));
            return List.of(byName, byStub, byOptions, list.toString());
        }

    }

    @Workflow
    static class HelloVoid {

        private final Greetings greetings;

        private String seen;

        HelloVoid(Greetings greetings) {
            this.greetings = greetings;
        }

        @WorkflowMethod
        void run(String input) {
            this.seen = input + "/" + this.greetings.nothing(input);
        }

        @QueryMethod
        String seen() {
            return this.seen;
        }

    }

}

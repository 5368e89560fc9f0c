package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.annotation.Order;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ChildOptions;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.interceptor.ActivityInterceptor;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.interceptor.Invocation;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.test.WorkflowTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(classes = { InterceptorTests.Greeting.class, InterceptorTests.Words.class, InterceptorTests.Outer.class,
        InterceptorTests.Inner.class, InterceptorTests.OuterAttempt.class, InterceptorTests.InnerAttempt.class,
        InterceptorTests.Sender.class, InterceptorTests.Parent.class, InterceptorTests.Kid.class, Probe.class })
class InterceptorTests extends ScenarioTests {

    @Autowired
    private Probe probe;

    @Autowired
    private WorkflowService service;

    @Test
    void workflowInterceptorsAreAroundEveryKindOfCallInTheirOrder() {
        WorkflowOptions id = anyId();
        WorkflowHandle<Greeting, String> handle = this.client.start(Greeting.class, (w) -> w.greet("plain"), id);
        step();
        handle.signal((w) -> w.add("signaled"));
        step();
        String updated = handle.update((w) -> w.change("updated"));
        step();
        String state = handle.query((w) -> w.state());
        handle.signal((w) -> w.finish());
        step();
        // Every call is answered by two interceptors, the inner one first.
        assertThat(state).isEqualTo("plain,signaled,updated|query.inner|query.outer");
        assertThat(updated).isEqualTo("updated|update.inner|update.outer");
        assertThat(resultOf(handle))
            .isEqualTo("PLAIN|attempt.inner|attempt.outer|activity.inner|activity.outer|execute.inner|execute.outer");
    }

    @Test
    void childrenAreInterceptedAndCarryHeaders() {
        WorkflowHandle<Parent, String> handle = this.client.start(Parent.class, (w) -> w.run(), anyId());
        step();
        assertThat(resultOf(handle))
            .isEqualTo("kid|execute.inner|execute.outer|child.inner|child.outer" + "|execute.inner|execute.outer");
        List<HistoryEvent> ofChild = this.client.workflow(handle.workflowId() + "-kid").history();
        assertThat(of(ofChild, WorkflowExecutionStarted.class).header()).containsEntry("from", "start")
            .containsEntry("ordered-by", "outer");
    }

    @Test
    void signalInterceptorsSeeNamesAndArguments() {
        WorkflowHandle<Greeting, String> handle = this.client.start(Greeting.class, (w) -> w.greet("plain"), anyId());
        handle.signal((w) -> w.add("swallow me"));
        handle.signal((w) -> w.add("keep me"));
        step();
        String state = handle.query((w) -> w.state());
        assertThat(state).startsWith("plain,keep me|");
        handle.signal((w) -> w.finish());
        step();
        resultOf(handle);
    }

    @Test
    void headersTravelFromTheClientThroughTheWorkflowToTheActivity() {
        WorkflowHandle<Greeting, String> handle = this.client.start(Greeting.class, (w) -> w.greet("headers"), anyId());
        step();
        handle.signal((w) -> w.add("x"));
        handle.update((w) -> w.change("y"));
        handle.signal((w) -> w.finish());
        step();
        assertThat(resultOf(handle)).startsWith("HEADERS");
        List<HistoryEvent> history = handle.history();
        assertThat(of(history, WorkflowExecutionStarted.class).header()).containsEntry("from", "start");
        assertThat(of(history, WorkflowExecutionSignaled.class).header()).containsEntry("from", "signal");
        assertThat(of(history, WorkflowExecutionUpdateAccepted.class).header()).containsEntry("from", "update");
        assertThat(of(history, ActivityTaskScheduled.class).header()).containsEntry("from", "start")
            .containsEntry("ordered-by", "outer");
        assertThat(this.probe.notes("attempt-headers-HEADERS"))
            .allSatisfy((headers) -> assertThat((Map<?, ?>) headers).hasToString("{from=start, ordered-by=outer}"));
    }

    @Test
    void headersTravelThroughTheInboxOfARunThatIsElsewhere() {
        WorkflowHandle<Greeting, String> handle = this.client.signalWithStart(Greeting.class, (w) -> w.add("first"),
                (w) -> w.greet("inbox"), anyId());
        step();
        handle.signal((w) -> w.finish());
        step();
        resultOf(handle);
        WorkflowExecutionSignaled first = of(handle.history(), WorkflowExecutionSignaled.class);
        assertThat(first.header()).containsEntry("from", "signalWithStart");
        assertThat(first.signalName()).isEqualTo("add");
    }

    @Test
    void anActivityInterceptorMayFailAnAttempt() {
        WorkflowHandle<Greeting, String> handle = this.client.start(Greeting.class, (w) -> w.greet("flaky"), anyId());
        step();
        handle.signal((w) -> w.finish());
        advance(Duration.ofSeconds(10));
        assertThat(resultOf(handle)).startsWith("FLAKY");
        assertThat(this.probe.notes("attempts-" + handle.runId())).hasSize(1);
    }

    @Test
    void aWorkflowInterceptorThatThrowsAFailureFailsTheRun() {
        WorkflowHandle<Greeting, String> handle = this.client.start(Greeting.class, (w) -> w.greet("forbidden"),
                anyId());
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .withMessageContaining("forbidden");
    }

    @Test
    void aWorkflowInterceptorThatThrowsAnythingElseBlocksTheRun() {
        WorkflowHandle<Greeting, String> handle = this.client.start(Greeting.class, (w) -> w.greet("broken"), anyId());
        step();
        String problem = this.service.describe(new WorkflowRef(handle.workflowId(), null)).problem();
        assertThat(problem).contains("a bug of the interceptor");
        handle.terminate("seen");
        step();
    }

    @Override
    boolean isReplayable(WorkflowDescription run) {
        return run.status() != WorkflowStatus.TERMINATED;
    }

    private static <E extends HistoryEvent> E of(List<HistoryEvent> history, Class<E> type) {
        return history.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
    }

    @Workflow
    static class Greeting {

        private final Words words;

        private String state = "";

        private boolean finished;

        Greeting(Words words) {
            this.words = words;
        }

        @WorkflowMethod
        String greet(String text) {
            this.state = text;
            Workflows.await(() -> this.finished);
            return this.words.upper(text);
        }

        @SignalMethod
        void add(String word) {
            this.state += "," + word;
        }

        @SignalMethod
        void finish() {
            this.finished = true;
        }

        @UpdateMethod
        String change(String word) {
            this.state += "," + word;
            return word;
        }

        @UpdateValidator("change")
        void checkChange(String word) {
            if (word.isEmpty()) {
                throw ApplicationFailure.of("empty", "Empty");
            }
        }

        @QueryMethod
        String state() {
            return this.state;
        }

    }

    @Workflow
    static class Parent {

        @WorkflowMethod
        String run() {
            ChildOptions options = ChildOptions.withId(Workflows.info().workflowId() + "-kid");
            return Workflows.child(Kid.class, options).run();
        }

    }

    @Workflow
    static class Kid {

        @WorkflowMethod
        String run() {
            return "kid";
        }

    }

    @Activity
    static class Words {

        public String upper(String text) {
            return text.toUpperCase(Locale.ROOT);
        }

    }

    private static Object tag(@Nullable Object result, String by) {
        return (result instanceof String text) ? text + "|" + by : String.valueOf(result);
    }

    /** What both interceptors of workflows do: each says that it was there. */
    abstract static class Tagging implements WorkflowInterceptor {

        private final String name;

        Tagging(String name) {
            this.name = name;
        }

        @Override
        public @Nullable Object execute(Invocation run) throws Throwable {
            return tag(run.proceed(), "execute." + this.name);
        }

        @Override
        public @Nullable Object signal(Invocation signal) throws Throwable {
            return signal.arguments().contains("swallow me") ? null : signal.proceed();
        }

        @Override
        public @Nullable Object query(Invocation query) throws Throwable {
            return tag(query.proceed(), "query." + this.name);
        }

        @Override
        public @Nullable Object update(Invocation update) throws Throwable {
            return tag(update.proceed(), "update." + this.name);
        }

        @Override
        public @Nullable Object child(Invocation call) throws Throwable {
            call.headers().putIfAbsent("ordered-by", this.name);
            return tag(call.proceed(), "child." + this.name);
        }

        @Override
        public @Nullable Object activity(Invocation call) throws Throwable {
            call.headers().put("ordered-by", this.name);
            Object result = call.proceed();
            return tag(result, "activity." + this.name);
        }

    }

    @Order(2)
    static class Inner extends Tagging {

        Inner() {
            super("inner");
        }

        @Override
        public @Nullable Object activity(Invocation call) throws Throwable {
            return tag(call.proceed(), "activity.inner");
        }

    }

    @Order(1)
    static class Outer extends Tagging {

        Outer() {
            super("outer");
        }

        @Override
        public @Nullable Object execute(Invocation run) throws Throwable {
            if (run.arguments().contains("forbidden")) {
                throw ApplicationFailure.nonRetryable("forbidden", "Forbidden");
            }
            if (run.arguments().contains("broken")) {
                throw new IllegalArgumentException("a bug of the interceptor");
            }
            return super.execute(run);
        }

    }

    @Order(2)
    static class InnerAttempt implements ActivityInterceptor {

        private final Map<String, Boolean> failed = new ConcurrentHashMap<>();

        private final Probe probe;

        InnerAttempt(Probe probe) {
            this.probe = probe;
        }

        @Override
        public @Nullable Object intercept(Invocation attempt) throws Throwable {
            String runId = Activities.info().runId();
            if (attempt.arguments().contains("flaky") && this.failed.put(runId, true) == null) {
                this.probe.note("attempts-" + runId, attempt.name());
                throw new IllegalStateException("not at once");
            }
            return tag(attempt.proceed(), "attempt.inner");
        }

    }

    @Order(1)
    static class OuterAttempt implements ActivityInterceptor {

        private final Probe probe;

        OuterAttempt(Probe probe) {
            this.probe = probe;
        }

        @Override
        public @Nullable Object intercept(Invocation attempt) throws Throwable {
            String argument = String.valueOf(attempt.arguments().getFirst());
            this.probe.note("attempt-headers-" + argument.toUpperCase(Locale.ROOT), new TreeMap<>(attempt.headers()));
            return tag(attempt.proceed(), "attempt.outer");
        }

    }

    static class Sender implements ClientInterceptor {

        @Override
        public @Nullable Object intercept(Invocation call) throws Throwable {
            call.headers().put("from", call.name());
            return call.proceed();
        }

    }

}

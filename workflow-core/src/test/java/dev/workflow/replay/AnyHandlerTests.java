package dev.workflow.replay;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.Arguments;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Handlers of whatever has none of its own. */
class AnyHandlerTests {

    @Test
    void theyTakeOnlyWhatHasNoHandlerOfItsOwn() {
        try (TestRun run = new TestRun(TestDefinition.of(Catching.class))) {
            run.start();
            run.signal("own", "a");
            run.signal("strange", "b");
            run.update("u1", "own", "c");
            assertThat(run.update("u2", "strange", "d")).last().asString().contains("WorkflowExecutionUpdateCompleted");
            assertThat(run.query("own")).isEqualTo("own");
            assertThat(run.query("strange", "e")).isEqualTo("any query strange(e)");
            run.evict();
            run.signal("another", "f");
            run.signal("end");
            assertThat(run.result()).isEqualTo(List.of("own signal a", "any signal strange(b)", "own update c",
                    "any update strange(d)", "any signal another(f)"));
        }
    }

    @Test
    void updatesWithoutAHandlerAreAcceptedOnceThereIsOneForAny() {
        try (TestRun run = new TestRun(TestDefinition.of(Catching.class))) {
            run.start();
            assertThat(run.machine().validateUpdate("strange", TestRun.PAYLOADS.encodeArguments("x"))).isNull();
            assertThat(run.machine().validateUpdate("__strange", TestRun.PAYLOADS.encodeArguments("x")).type())
                .isEqualTo("UnknownUpdate");
        }
    }

    @Test
    void theirValidatorRefusesWhatHasNoHandlerOfItsOwn() {
        try (TestRun run = new TestRun(TestDefinition.of(Choosy.class))) {
            run.start();
            run.evict();
            assertThat(refusal(run, "strange", "bad")).contains("strange: bad");
            assertThat(refusal(run, "strange", "good")).isNull();
            assertThat(refusal(run, "own", "bad")).as("it has a handler, and no validator").isNull();
            assertThat(refusal(run, "named", "bad")).contains("named: bad");
            assertThat(refusal(run, "named", "good")).isNull();
            assertThat(run.update("u1", "strange", "good")).last()
                .asString()
                .contains("WorkflowExecutionUpdateCompleted");
        }
    }

    private static @Nullable String refusal(TestRun run, String name, String argument) {
        FailureInfo refused = run.machine().validateUpdate(name, TestRun.PAYLOADS.encodeArguments(argument));
        return (refused != null) ? refused.message() : null;
    }

    static class Choosy {

        @WorkflowMethod
        void run() {
            Workflows.onUpdate("named", (arguments) -> "ok", (arguments) -> requireGood("named", arguments));
            Workflows.onAnyUpdate((name, arguments) -> "ok", Choosy::requireGood);
            Workflows.await(() -> false);
        }

        @UpdateMethod
        void own(String what) {
        }

        private static void requireGood(String name, Arguments arguments) {
            String given = arguments.get(0, String.class);
            if (!given.equals("good")) {
                throw ApplicationFailure.of(name + ": " + given, "Refused");
            }
        }

    }

    @Test
    void namesOfTheEngineAreNotTheirs() {
        try (TestRun run = new TestRun(TestDefinition.of(Catching.class))) {
            run.start();
            assertThat(run.query("__current_details")).isEqualTo("");
            assertThatExceptionOfType(QueryRejected.class).isThrownBy(() -> run.query("__unknown"))
                .withMessageContaining("__current_details");
        }
    }

    @Test
    void signalsThatWaitAreDeliveredInOrder() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            List<String> seen = new ArrayList<>();
            call("A");
            Workflows.onSignal("named", (arguments) -> seen.add("named"));
            Workflows.onAnySignal((name, arguments) -> seen.add(name + arguments.size()));
            Workflows.await(() -> seen.size() == 4);
            return seen;
        }))) {
            run.start();
            run.signal("x");
            run.signal("named");
            run.signal("y", 1, 2);
            run.evict();
            run.complete(2, "");
            run.evict();
            run.signal("z");
            assertThat(run.result()).isEqualTo(List.of("named", "x0", "y2", "z0"));
        }
    }

    @Test
    void registeredBeforeTheMethodsAreKnownTheyLeaveTheirsToThem() {
        try (TestRun run = new TestRun(TestDefinition.of(EarlyCatching.class))) {
            assertThat(run.beginWithSignals("own a", "strange b")).isNotEmpty();
            assertThat(run.result()).isEqualTo("[own a, any strange]");
        }
    }

    @Test
    void theLaterOneReplacesTheEarlier() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.onAnyQuery((name, arguments) -> "first");
            Workflows.onAnyQuery((name, arguments) -> "second");
            return call("A");
        }))) {
            run.start();
            assertThat(run.query("x")).isEqualTo("second");
        }
    }

    static class Catching {

        private final List<String> seen = new ArrayList<>();

        private boolean ended;

        @WorkflowMethod
        List<String> run() {
            Workflows.onAnySignal((name, arguments) -> this.seen.add(describe("signal", name, arguments)));
            Workflows.onAnyQuery((name, arguments) -> describe("query", name, arguments));
            Workflows.onAnyUpdate((name, arguments) -> {
                this.seen.add(describe("update", name, arguments));
                return this.seen.size();
            });
            Workflows.await(() -> this.ended);
            return this.seen;
        }

        @SignalMethod
        void own(String what) {
            this.seen.add("own signal " + what);
        }

        @SignalMethod
        void end() {
            this.ended = true;
        }

        @UpdateMethod("own")
        void ownUpdate(String what) {
            this.seen.add("own update " + what);
        }

        @QueryMethod("own")
        String ownQuery() {
            return "own";
        }

        private static String describe(String kind, String name, Arguments arguments) {
            return "any " + kind + " " + name + "(" + arguments.get(0, String.class) + ")";
        }

    }

    static class EarlyCatching {

        private final List<String> seen = new ArrayList<>();

        @WorkflowInit
        void init() {
            Workflows.onAnySignal((name, arguments) -> this.seen.add("any " + name));
        }

        @WorkflowMethod
        String run() {
            return this.seen.toString();
        }

        @SignalMethod
        void own(String what) {
            this.seen.add("own " + what);
        }

    }

}

package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.ActivityOptions;
import dev.workflow.ChildOptions;
import dev.workflow.Promise;
import dev.workflow.WorkflowContext;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.payload.Json;
import dev.workflow.payload.LimitedPayloadConverter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How large a payload may be counts when it is written, not when it is read again. */
class PayloadLimitTests {

    private static final String LARGE = "x".repeat(100);

    private static final MachineSettings LIMITED = TestRun.settings(new LimitedPayloadConverter(TestRun.PAYLOADS, 50),
            false, 10_000);

    @Test
    void runWithLargerPayloadsGoesOnOnceTheLimitIsLowered() {
        TestDefinition code = TestDefinition.of(() -> {
            Workflows.upsertMemo(Map.of("memo", LARGE));
            Workflows.startChild("Child", String.class, ChildOptions.defaults(), LARGE);
            Workflows.external("other").signal("hello", LARGE);
            return Calls.call("A", LARGE) + Calls.call("B", "small");
        });
        try (TestRun before = new TestRun(code); WorkflowMachine after = new WorkflowMachine(code, LIMITED)) {
            before.start();
            assertThat(after.replay(before.history().iterator())).isEmpty();
        }
    }

    @Test
    void aChildWhoseMemoIsRefusedIsRefusedAgain() {
        TestDefinition code = TestDefinition.of(() -> {
            try {
                Workflows.startChild("Child", String.class, ChildOptions.defaults().memo(Map.of("order", LARGE)));
                return "started";
            }
            catch (ApplicationFailure ex) {
                return Calls.call("Refund");
            }
        });
        try (TestRun run = new TestRun(code, LIMITED)) {
            assertThat(run.start()).containsExactly(
                    "2 MarkerRecorded(PayloadTooLarge StartChildWorkflowExecutionInitiated(Child))",
                    "3 ActivityTaskScheduled(Refund)");
            run.evict();
            run.complete(3, "refunded");
            assertThat(run.result()).isEqualTo("refunded");
        }
    }

    private static final TestDefinition INDEXING = TestDefinition.of(() -> {
        List<String> done = new ArrayList<>();
        for (String document : List.of("one", LARGE, "two")) {
            try {
                done.add(Calls.call("Index", document));
            }
            catch (ApplicationFailure ex) {
                done.add("skipped");
            }
        }
        return String.join(" ", done);
    });

    @Test
    void whatIsRefusedIsNotTakenForTheNextOfItsKindInAReplay() {
        try (TestRun run = new TestRun(INDEXING, LIMITED)) {
            run.start();
            assertThat(run.complete(2, "first")).containsExactly(
                    "4 MarkerRecorded(PayloadTooLarge ActivityTaskScheduled(Index))", "5 ActivityTaskScheduled(Index)");
            run.evict();
            run.complete(5, "second");
            run.evict();
            assertThat(run.result()).isEqualTo("first skipped second");
        }
    }

    @Test
    void whatWasRefusedIsRefusedAgainOnceTheLimitIsRaised() {
        try (TestRun run = new TestRun(INDEXING, LIMITED);
                WorkflowMachine raised = new WorkflowMachine(INDEXING, TestRun.SETTINGS)) {
            run.start();
            run.complete(2, "first");
            assertThat(raised.replay(run.history().iterator())).isEmpty();
            ActivityTaskCompleted second = new ActivityTaskCompleted(6, TestRun.BEGIN, 5, 1, new Json("\"second\""));
            assertThat(raised.apply(second)).singleElement()
                .isInstanceOfSatisfying(WorkflowExecutionCompleted.class,
                        (event) -> assertThat(event.result()).isEqualTo(new Json("\"first skipped second\"")));
            run.complete(5, "second");
        }
    }

    @Test
    void aRefusalTellsTheSameInEachReplay() {
        TestDefinition code = TestDefinition.of(() -> {
            try {
                return WorkflowContext.current()
                    .<String>localActivity("Index", String.class, ActivityOptions.defaults(), LARGE)
                    .get();
            }
            catch (ApplicationFailure ex) {
                return Calls.call("Tell", ex.getMessage().substring(12, 25) + ex.type() + ex.isNonRetryable());
            }
        });
        try (TestRun run = new TestRun(code, LIMITED);
                WorkflowMachine raised = new WorkflowMachine(code, TestRun.SETTINGS)) {
            assertThat(run.start()).containsExactly("2 MarkerRecorded(PayloadTooLarge local activity 1 Index)",
                    "3 ActivityTaskScheduled(Tell)");
            assertThat(run.event(ActivityTaskScheduled.class).input().text())
                .contains("has 104 bytesPayloadTooLargetrue");
            assertThat(raised.replay(run.history().iterator())).isEmpty();
            run.complete(3, "told");
        }
    }

    /** Those that are accepted leave no event by which to tell them apart. */
    @Test
    void refusalOfOneLocalActivityIsNotThatOfAnother() {
        TestDefinition code = TestDefinition.of(() -> {
            List<Promise<String>> begun = new ArrayList<>();
            for (String document : List.of("one", LARGE, "two", LARGE)) {
                try {
                    begun.add(WorkflowContext.current()
                        .localActivity("Index", String.class, ActivityOptions.defaults(), document));
                }
                catch (ApplicationFailure ex) {
                    Calls.begin("Tell");
                }
            }
            return begun.getFirst().get() + " " + begun.getLast().get();
        });
        try (TestRun run = new TestRun(code, LIMITED);
                WorkflowMachine raised = new WorkflowMachine(code, TestRun.SETTINGS)) {
            assertThat(run.start()).containsExactly("2 MarkerRecorded(PayloadTooLarge local activity 2 Index)",
                    "3 ActivityTaskScheduled(Tell)", "4 MarkerRecorded(PayloadTooLarge local activity 3 Index)",
                    "5 ActivityTaskScheduled(Tell)");
            run.evict();
            run.apply(indexed(run, "local-1", "first"));
            run.evict();
            assertThat(raised.replay(run.history().iterator())).isEmpty();
            run.apply(indexed(run, "local-2", "second"));
            assertThat(run.result()).isEqualTo("first second");
        }
    }

    private static LocalActivityMarkerRecorded indexed(TestRun run, String id, String result) {
        return new LocalActivityMarkerRecorded(run.nextId(), run.machine().now(), id, "Index", 1,
                TestRun.PAYLOADS.encode(result), null, null, null);
    }

    @Test
    void aRefusalOfBeforeThereWereMarkersIsPassed() {
        TestDefinition before = TestDefinition
            .of(() -> Calls.call("Index", "one") + " skipped " + Calls.call("Index", "two"));
        try (TestRun run = new TestRun(before); WorkflowMachine now = new WorkflowMachine(INDEXING, LIMITED)) {
            run.start();
            run.complete(2, "first");
            run.complete(4, "second");
            assertThat(now.replay(run.history().iterator())).isEmpty();
            assertThat(now.isClosed()).isTrue();
        }
    }

    @Test
    void whatIsRefusedToTheNextRunIsRefusedAgainOnceTheLimitIsRaised() {
        TestDefinition code = TestDefinition.of(() -> {
            try {
                return Workflows.continueAsNew(LARGE);
            }
            catch (ApplicationFailure ex) {
                return Calls.call("Shorten");
            }
        });
        try (TestRun run = new TestRun(code, LIMITED);
                WorkflowMachine raised = new WorkflowMachine(code, TestRun.SETTINGS)) {
            assertThat(run.start()).containsExactly("2 MarkerRecorded(PayloadTooLarge continueAsNew 1)",
                    "3 ActivityTaskScheduled(Shorten)");
            assertThat(raised.replay(run.history().iterator())).isEmpty();
            run.complete(3, "shorter");
        }
    }

    @Test
    void stateAndStackAreShownHoweverLargeTheyAre() {
        try (WorkflowMachine machine = new WorkflowMachine(TestDefinition.of(Holder.class), LIMITED);
                TestRun run = new TestRun(TestDefinition.of(Holder.class))) {
            run.start();
            machine.replay(run.history().iterator());
            assertThat(machine.query("__state", Json.EMPTY_ARRAY, Map.of()).text()).contains("\"large\"")
                .contains("xxx");
            assertThat(machine.query("__stack_trace", Json.EMPTY_ARRAY, Map.of()).text()).contains("Workflows.await");
        }
    }

    static class Holder {

        final String large = LARGE;

        @WorkflowMethod
        public void run() {
            Workflows.await(() -> false);
        }

    }

    @Test
    void whatIsRefusedAndCaughtIsRefusedAgain() {
        TestDefinition code = TestDefinition.of(() -> {
            String caught = "";
            try {
                Calls.call("A", LARGE);
            }
            catch (ApplicationFailure ex) {
                caught = ex.type();
            }
            Workflows.sleep(Duration.ofDays(1));
            return caught + Calls.call("A", "small");
        });
        try (TestRun run = new TestRun(code, LIMITED)) {
            assertThat(run.start()).containsExactly("2 MarkerRecorded(PayloadTooLarge ActivityTaskScheduled(A))",
                    "3 TimerStarted");
            run.evict();
            assertThat(run.fire(3)).isEqualTo(List.of("5 ActivityTaskScheduled(A)"));
            run.evict();
            run.complete(5, "a");
            assertThat(run.result()).isEqualTo("PayloadTooLargea");
        }
    }

}

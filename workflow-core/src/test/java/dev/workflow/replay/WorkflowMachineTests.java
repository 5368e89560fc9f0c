package dev.workflow.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.ChildOptions;
import dev.workflow.ParentClosePolicy;
import dev.workflow.RetryOptions;
import dev.workflow.WorkflowInfo;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.RetryPolicy;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.TimerFired;
import dev.workflow.history.UpsertWorkflowSearchAttributes;
import dev.workflow.history.WorkflowExecutionContinuedAsNew;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.FailureInfo.Kind;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a run orders, and how it ends. */
class WorkflowMachineTests {

    @Test
    void runWithoutWaitingCompletesInItsFirstTurn() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> "done"))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo("done");
            assertThat(run.machine().isClosed()).isTrue();
        }
    }

    @Test
    void activitiesInTurnAreOrderedOneByOne() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> call("A") + call("B")))) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(A)");
            assertThat(run.complete(2, "a")).containsExactly("4 ActivityTaskScheduled(B)");
            assertThat(run.complete(4, "b")).containsExactly("6 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo("ab");
        }
    }

    @Test
    void activityIsOrderedWithItsOptionsAndTheDefaults() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> Workflows.activity("A", String.class,
                ActivityOptions.defaults()
                    .heartbeatTimeout(Duration.ofSeconds(3))
                    .cancellationType(CancellationType.ABANDON)
                    .summary("why")
                    .priority(1)
                    .retry(RetryOptions.defaults().maximumAttempts(4)),
                "x", 7, null)))) {
            run.start();
            assertThat(run.event(ActivityTaskScheduled.class))
                .isEqualTo(new ActivityTaskScheduled(2, TestRun.BEGIN, "2", "A", "orders", new Json("[\"x\",7,null]"),
                        null, null, Duration.ofMinutes(1), Duration.ofSeconds(3),
                        new RetryPolicy(Duration.ofSeconds(1), 2, Duration.ofSeconds(100), 4, List.of()),
                        CancellationType.ABANDON, "why", 1, Map.of("traceparent", "00-1")));
        }
    }

    @Test
    void longestPauseThatIsSetCutsALongerFirstOneAndADefaultDoesNot() {
        RetryOptions patient = RetryOptions.defaults().initialInterval(Duration.ofMinutes(10));
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.async(() -> Workflows.activity("A", String.class, ActivityOptions.defaults().retry(patient)));
            Workflows.startChild("C", String.class,
                    ChildOptions.defaults().retry(patient.maximumInterval(Duration.ofSeconds(1))));
            return Workflows.activity("B", String.class,
                    ActivityOptions.defaults().retry(patient.maximumInterval(Duration.ofSeconds(1))));
        }))) {
            run.start();
            List<RetryPolicy> ofActivities = run.history()
                .stream()
                .filter(ActivityTaskScheduled.class::isInstance)
                .map((event) -> ((ActivityTaskScheduled) event).retryPolicy())
                .toList();
            assertThat(ofActivities).extracting((policy) -> policy.intervalAfter(1))
                .containsExactlyInAnyOrder(Duration.ofMinutes(10), Duration.ofSeconds(1));
            RetryPolicy ofChild = run.event(StartChildWorkflowExecutionInitiated.class).retryPolicy();
            assertThat(ofChild.intervalAfter(1)).isEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void failedActivityFailsTheRunWithItsCause() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> call("A")))) {
            run.start();
            assertThat(run.fail(2, "Declined", "no money")).containsExactly("4 WorkflowExecutionFailed");
            assertThat(run.failure().kind()).isEqualTo(Kind.ACTIVITY);
            assertThat(run.failure().activityType()).isEqualTo("A");
            assertThat(run.failure().cause()).satisfies((cause) -> {
                assertThat(cause.type()).isEqualTo("Declined");
                assertThat(cause.message()).isEqualTo("no money");
            });
        }
    }

    @Test
    void failedActivityCanBeHandled() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            try {
                return call("A");
            }
            catch (ActivityFailure failure) {
                return ((ApplicationFailure) failure.getCause()).type() + failure.activityId();
            }
        }))) {
            run.start();
            run.fail(2, "Declined", "no money");
            assertThat(run.result()).isEqualTo("Declined2");
        }
    }

    @Test
    void lateResultIsIgnored() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> call("A") + call("B")))) {
            run.start();
            run.complete(2, "a");
            assertThat(run.complete(2, "again")).isEmpty();
            run.complete(4, "b");
            assertThat(run.result()).isEqualTo("ab");
        }
    }

    @Test
    void resultThatDoesNotFitFailsTheTaskAndNotTheRun() {
        TestRun run = new TestRun(
                TestDefinition.of(() -> Workflows.activity("A", Integer.class, ActivityOptions.defaults())));
        run.start();
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(() -> run.complete(2, "text"))
            .withMessageContaining("order-42");
    }

    @Test
    void nullIsAResultAndAnArgument() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.sleep(Duration.ZERO);
            return call("A", (Object) null);
        }))) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(A)");
            run.complete(2, null);
            assertThat(run.result()).isNull();
        }
    }

    @Test
    void timeIsThatOfTheInputAndNeverGoesBack() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Instant before = Workflows.now();
            Workflows.sleep(Duration.ofDays(1));
            return List.of(before, Workflows.now());
        }))) {
            assertThat(run.start()).containsExactly("2 TimerStarted");
            run.apply(new TimerFired(3, TestRun.BEGIN.minusSeconds(60), 2));
            assertThat(run.result()).isEqualTo(List.of(TestRun.BEGIN.toString(), TestRun.BEGIN.toString()));
        }
    }

    @Test
    void workflowFailureFailsTheRun() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            throw ApplicationFailure.of("not approved", "Expired");
        }))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionFailed");
            assertThat(run.failure().type()).isEqualTo("Expired");
        }
    }

    @Test
    void unexpectedExceptionFailsTheTask() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            throw new IllegalArgumentException("a bug");
        }));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start)
            .withCauseInstanceOf(IllegalArgumentException.class)
            .withMessageContaining("a bug");
        assertThatIllegalStateException().isThrownBy(() -> run.machine().query("__state", Json.EMPTY_ARRAY));
        run.machine().close();
    }

    static class Failing {

        private int step;

        @WorkflowMethod
        void run() {
            this.step = 7;
            throw new IllegalArgumentException("a bug");
        }

    }

    @Test
    void codeThatFailedShowsWhereAndItsState() {
        TestRun run = new TestRun(TestDefinition.of(Failing.class));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start).satisfies((failure) -> {
            WorkflowMachine machine = run.machine();
            assertThat(machine.queryAfter(failure, "__state")).hasToString("{\"step\":7}");
            assertThat(String.valueOf(machine.queryAfter(failure, "__stack_trace"))).contains("failed: ", "a bug");
            assertThat(machine.queryAfter(failure, "other")).isNull();
        });
        run.machine().close();
    }

    @Test
    void unexpectedExceptionOutOfAsyncFailsTheTask() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.async(() -> {
                throw new AssertionError("a bug");
            });
            return call("A");
        }));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start);
        run.machine().close();
    }

    @Test
    void unexpectedExceptionFailsTheRunWhereSettingsSaySo() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            throw new IllegalArgumentException("a bug");
        }), TestRun.settings(true, 10))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionFailed");
            assertThat(run.failure().type()).isEqualTo("java.lang.IllegalArgumentException");
        }
    }

    static class FailsOnArithmetic {

        @WorkflowMethod
        int run() {
            return Workflows.async(() -> Math.addExact(Integer.MAX_VALUE, 1)).get();
        }

    }

    @Test
    void declaredExceptionFailsTheRunAlsoOutOfAsync() {
        try (TestRun run = new TestRun(TestDefinition.of(FailsOnArithmetic.class, ArithmeticException.class))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionFailed");
        }
    }

    static class Initialized {

        private final int token = Workflows.randomUUID().hashCode();

        private String name = "";

        private String seen = "";

        @WorkflowInit
        void init(String name) {
            this.name = name;
        }

        @WorkflowMethod
        String run(String name) {
            this.seen = this.name + this.token;
            return this.seen;
        }

    }

    @Test
    void initRunsBeforeTheWorkflowMethod() {
        try (TestRun run = new TestRun(TestDefinition.of(Initialized.class))) {
            run.start("ada");
            assertThat(run.result()).asString().startsWith("ada");
        }
    }

    static class CommandingConstructor {

        CommandingConstructor() {
            call("A");
        }

        @WorkflowMethod
        void run() {
        }

    }

    @Test
    void constructorMustNotCommand() {
        TestRun run = new TestRun(TestDefinition.of(CommandingConstructor.class));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start)
            .withStackTraceContaining("is not possible in the constructor of a workflow");
    }

    @Test
    void continueAsNewPassesCatchAndKeepsItsRunId() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            try {
                return Workflows.continueAsNew("next", 2);
            }
            catch (Exception swallowed) {
                return "caught";
            }
        }))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionContinuedAsNew");
            WorkflowExecutionContinuedAsNew event = run.event(WorkflowExecutionContinuedAsNew.class);
            assertThat(event.workflowType()).isEqualTo("Lambda");
            assertThat(event.taskQueue()).isEqualTo("orders");
            assertThat(event.input()).isEqualTo(new Json("[\"next\",2]"));
            assertThat(java.util.UUID.fromString(event.newExecutionRunId()).version()).isEqualTo(7);
        }
    }

    @Test
    void continueAsNewAsAnotherTypeTakesTheRecordedCall() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.continueAsNew(FailsOnArithmetic.class, FailsOnArithmetic::run);
            return "";
        }))) {
            run.start();
            WorkflowExecutionContinuedAsNew event = run.event(WorkflowExecutionContinuedAsNew.class);
            assertThat(event.workflowType()).isEqualTo("FailsOnArithmetic");
            assertThat(event.input()).isEqualTo(new Json("[7]"));
        }
    }

    @Test
    void infoShowsTheRunAsItIsNow() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.upsertMemo(Map.of("step", 2));
            Workflows.upsertSearchAttributes(Map.of("Amount", 7, "Tags", List.of("a", "b")));
            Workflows.currentDetails("**busy**");
            call("A");
            WorkflowInfo info = Workflows.info();
            assertThat(info.historyLength()).isEqualTo(5);
            assertThat(info.continueAsNewSuggested()).isTrue();
            assertThat(info.memo()).isEqualTo(Map.of("note", "memo", "step", 2));
            assertThat(info.searchAttributes())
                .isEqualTo(Map.of("CustomerId", "ada", "Amount", 7L, "Tags", List.of("a", "b")));
            Optional<String> last = Workflows.lastCompletionResult(String.class);
            return info.workflowId() + info.taskQueue() + last.orElse("");
        }), TestRun.settings(false, 5))) {
            assertThat(run.start()).containsExactly("2 WorkflowPropertiesModified", "3 UpsertWorkflowSearchAttributes",
                    "4 ActivityTaskScheduled(A)");
            assertThat(run.machine().currentDetails()).isEqualTo("**busy**");
            run.complete(4, "a");
            assertThat(run.result()).isEqualTo("order-42orderslast");
        }
    }

    /** Sets what queries take for a state, and goes on where that is refused. */
    private static String stubborn() {
        String refused = "";
        try {
            Workflows.upsertSearchAttributes(Map.of("Problem", "damaged"));
        }
        catch (IllegalArgumentException ex) {
            refused += "upsert ";
        }
        Workflows.upsertSearchAttributes(Map.of("Amount", 7));
        try {
            Workflows.startChild("Child", String.class,
                    ChildOptions.defaults().searchAttributes(Map.of("Activity", "x")));
        }
        catch (IllegalArgumentException ex) {
            refused += "child";
        }
        call("A");
        return refused;
    }

    @Test
    void attributesThatQueriesTakeForStatesAreRefused() {
        try (TestRun run = new TestRun(TestDefinition.of(WorkflowMachineTests::stubborn))) {
            assertThat(run.start()).containsExactly("2 UpsertWorkflowSearchAttributes", "3 ActivityTaskScheduled(A)");
            run.complete(3, "a");
            assertThat(run.result()).isEqualTo("upsert child");
        }
    }

    @Test
    void historyWithAttributesThatQueriesTakeForStatesStillReplays() {
        TestRun run = new TestRun(TestDefinition.of(WorkflowMachineTests::stubborn));
        WorkflowExecutionStarted started = run.started(Json.EMPTY_ARRAY);
        StartChildWorkflowExecutionInitiated child = new StartChildWorkflowExecutionInitiated(4, TestRun.BEGIN, "c",
                "0197a3b0-0000-7000-8000-000000000002", "Child", null, Json.EMPTY_ARRAY, null, null, null,
                ParentClosePolicy.TERMINATE, CancellationType.ABANDON, Map.of(), Map.of("Activity", "x"), Map.of());
        List<HistoryEvent> old = List.of(started,
                new UpsertWorkflowSearchAttributes(2, TestRun.BEGIN, Map.of("Problem", "damaged")),
                new UpsertWorkflowSearchAttributes(3, TestRun.BEGIN, Map.of("Amount", 7)), child);
        try (WorkflowMachine machine = new WorkflowMachine(TestDefinition.of(WorkflowMachineTests::stubborn),
                TestRun.SETTINGS)) {
            assertThat(TestRun.describe(machine.replay(old.iterator()))).containsExactly("5 ActivityTaskScheduled(A)");
        }
    }

    @Test
    void codeSeesTheTimesThatItHasSetAsTimes() {
        Instant due = Instant.parse("2026-12-01T00:00:00Z");
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.upsertSearchAttributes(Map.of("DueAt", due));
            Workflows.sleep(Duration.ofDays(1));
            return String.valueOf(Workflows.info().searchAttributes().get("DueAt").equals(due));
        }))) {
            run.start();
            run.evict();
            run.fire(3);
            assertThat(run.result()).isEqualTo("true");
        }
    }

    @Test
    void tooManyAttributesInAllAreRefusedWhereTheCodeCanSeeIt() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Map<String, Integer> some = new HashMap<>();
            for (int i = 0; i < 60; i++) {
                some.put("First" + i, i);
            }
            Workflows.upsertSearchAttributes(some);
            Map<String, Integer> more = new HashMap<>();
            some.forEach((name, value) -> more.put("Second" + name, value));
            try {
                Workflows.upsertSearchAttributes(more);
                return "fits";
            }
            catch (IllegalArgumentException ex) {
                Workflows.upsertSearchAttributes(Map.of("Note", "full"));
                Workflows.sleep(Duration.ofDays(1));
                return Workflows.info().searchAttributes().size() + " "
                        + Workflows.info().searchAttributes().get("Note");
            }
        }))) {
            run.start();
            run.evict();
            run.fire(4);
            assertThat(run.result()).isEqualTo("62 full");
        }
    }

    @Test
    void terminationEndsTheRunWithoutCommands() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> call("A")))) {
            run.start();
            assertThat(run.terminate()).isEmpty();
            assertThat(run.machine().isClosed()).isTrue();
            assertThatIllegalStateException()
                .isThrownBy(() -> run.machine().apply(new TimerFired(4, TestRun.BEGIN, 2)));
            run.evict();
        }
    }

    @Test
    void startCommittedAloneReturnsItsCommandsFromReplay() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            assertThat(Workflows.isReplaying()).isFalse();
            return call("A");
        }));
        try (WorkflowMachine machine = new WorkflowMachine(TestDefinition.of(() -> call("A")), TestRun.SETTINGS)) {
            assertThat(TestRun.describe(machine.replay(List.of(run.started(Json.EMPTY_ARRAY)).iterator())))
                .containsExactly("2 ActivityTaskScheduled(A)");
            assertThat(machine.lastEventId()).isEqualTo(2);
        }
    }

    @Test
    void gapInTheInputsIsRefused() {
        TestRun run = new TestRun(TestDefinition.of(() -> call("A")));
        run.start();
        assertThatIllegalStateException().isThrownBy(() -> run.machine().apply(new TimerFired(9, TestRun.BEGIN, 2)))
            .withMessageContaining("does not follow event 2");
    }

}

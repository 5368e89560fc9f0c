package dev.workflow.replay;

import java.util.List;

import dev.workflow.Action;
import dev.workflow.CancellationType;
import dev.workflow.ChildHandle;
import dev.workflow.ChildOptions;
import dev.workflow.Workflows;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.history.ChildWorkflowExecutionCompleted;
import dev.workflow.history.ChildWorkflowExecutionStarted;
import dev.workflow.history.ExternalWorkflowExecutionCancelRequested;
import dev.workflow.history.ExternalWorkflowExecutionSignaled;
import dev.workflow.history.StartChildWorkflowExecutionFailed;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Children and other workflows; each run is replayed from every place. */
class ChildCallsTests {

    private static TestRun parent(CancellationType type) {
        return new TestRun(TestDefinition.of(() -> {
            try {
                return Workflows.child("Child", String.class, ChildOptions.defaults().cancellationType(type), 1);
            }
            catch (ChildWorkflowFailure failure) {
                return CanceledFailure.isCancellation(failure) ? "canceled" : "failed: " + failure.getCause();
            }
        }));
    }

    private static List<String> started(TestRun run, long order) {
        StartChildWorkflowExecutionInitiated event = run.event(StartChildWorkflowExecutionInitiated.class);
        return run.apply(new ChildWorkflowExecutionStarted(run.nextId(), TestRun.BEGIN.plusSeconds(60), order,
                event.workflowId(), event.runId(), event.workflowType()));
    }

    private static List<String> completed(TestRun run, long order, String result) {
        return run.apply(new ChildWorkflowExecutionCompleted(run.nextId(), TestRun.BEGIN.plusSeconds(60), order,
                run.event(StartChildWorkflowExecutionInitiated.class).runId(), new Json('"' + result + '"')));
    }

    @Test
    void resultOfAChildIsTheCallsResult() {
        try (TestRun run = parent(CancellationType.TRY_CANCEL)) {
            assertThat(run.start()).containsExactly("2 StartChildWorkflowExecutionInitiated(Child)");
            assertThat(run.event(StartChildWorkflowExecutionInitiated.class).workflowId())
                .isEqualTo("0197a3b0-0000-7000-8000-000000000001_2");
            assertThat(started(run, 2)).isEmpty();
            assertThat(completed(run, 2, "x")).containsExactly("5 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo("x");
        }
    }

    @Test
    void childThatCannotBeStartedFailsItsPromises() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            ChildHandle<Object, String> child = Workflows.startChild("Child", String.class,
                    ChildOptions.withId("taken"));
            return child.started().handle((execution, failure) -> failure.getCause().getMessage()).get();
        }))) {
            run.start();
            run.apply(new StartChildWorkflowExecutionFailed(run.nextId(), TestRun.BEGIN, 2, "taken", "Child",
                    "WORKFLOW_ALREADY_EXISTS"));
            assertThat(run.result()).isEqualTo("Workflow taken is open already: WORKFLOW_ALREADY_EXISTS");
        }
    }

    @ParameterizedTest
    @EnumSource(CancellationType.class)
    void canceledScopeDoesWithTheChildWhatItsTypeSays(CancellationType type) {
        try (TestRun run = parent(type)) {
            run.start();
            started(run, 2);
            List<String> commands = run.cancel("enough");
            String request = "5 RequestCancelExternalWorkflowExecutionInitiated"
                    + "(of workflow 0197a3b0-0000-7000-8000-000000000001_2)";
            switch (type) {
                case TRY_CANCEL -> assertThat(commands).containsExactly(request, "6 WorkflowExecutionCompleted");
                case ABANDON -> assertThat(commands).containsExactly("5 WorkflowExecutionCompleted");
                case WAIT_CANCELLATION_COMPLETED -> {
                    assertThat(commands).containsExactly(request);
                    run.apply(new ExternalWorkflowExecutionCancelRequested(run.nextId(), TestRun.BEGIN, 5, "child"));
                    completed(run, 2, "went on");
                    assertThat(run.result()).isEqualTo("went on");
                    return;
                }
            }
            assertThat(run.result()).isEqualTo("canceled");
        }
    }

    @Test
    void signalWaitsUntilItIsDelivered() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.external("other").signal("say", 1);
            return "said";
        }))) {
            assertThat(run.start())
                .containsExactly("2 SignalExternalWorkflowExecutionInitiated(say of workflow other)");
            run.apply(new ExternalWorkflowExecutionSignaled(run.nextId(), TestRun.BEGIN, 2, "other"));
            assertThat(run.result()).isEqualTo("said");
        }
    }

    private static String refusal(Action action) {
        try {
            action.run();
            return "ordered";
        }
        catch (IllegalArgumentException refused) {
            return refused.getMessage();
        }
        catch (Exception other) {
            return "not refused: " + other;
        }
    }

    @Test
    void whatNoEventCanSayIsRefusedBeforeAnythingIsRecorded() {
        try (TestRun run = new TestRun(
                TestDefinition.of(() -> List.of(refusal(() -> Workflows.external((String) null).signal("say")),
                        refusal(() -> Workflows.external((String) null).cancel()),
                        refusal(() -> Workflows.external("other").signal((String) null)),
                        refusal(() -> Workflows.startChild((String) null, String.class, ChildOptions.defaults())),
                        refusal(() -> Calls.begin(null)))))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo(List.of("workflowId: expected a value, given null",
                    "workflowId: expected a value, given null", "signalName: expected a value, given null",
                    "workflowType: expected a value, given null", "activityType: expected a value, given null"));
        }
    }

    @Test
    void runThatWasTerminatedBeforeItsCodeRanCanBeReplayed() {
        TestRun run = parent(CancellationType.TRY_CANCEL);
        try (WorkflowMachine machine = run.replayed(TestDefinition.of(() -> {
            Workflows.child("Child", String.class, ChildOptions.defaults());
            return "";
        }), List.of(run.started(Json.EMPTY_ARRAY), new WorkflowExecutionTerminated(2, TestRun.BEGIN, "early", null)))) {
            assertThat(machine.isClosed()).isTrue();
        }
    }

}

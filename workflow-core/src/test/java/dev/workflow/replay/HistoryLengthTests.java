package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.SignalMethod;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;

/** The code sees how long its history is: live and in every replay the same. */
class HistoryLengthTests {

    @Test
    void whoStepsInAfterAnEventIsNotThereWhenTheCodeReactsToIt() {
        try (TestRun run = new TestRun(TestDefinition.of(UntilFour.class))) {
            run.start();
            run.signal("go");
            run.signal("go");
            run.note();
            assertThat(run.machine().isClosed()).isFalse();
            assertThat(run.signal("go")).containsExactly("6 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo("[2, 3, 5]");
        }
    }

    @Test
    void notesBetweenTheStartAndTheFirstCommandAreNotSeenByTheFirstStep() {
        TestDefinition definition = TestDefinition.of(() -> {
            long before = Workflows.info().historyLength();
            boolean replaying = Workflows.isReplaying();
            call("A");
            return before + " " + replaying;
        });
        try (TestRun run = new TestRun(definition); WorkflowMachine machine = machine(definition, 10_000)) {
            List<HistoryEvent> history = new ArrayList<>(List.of(run.started(Json.EMPTY_ARRAY), run.noteAt(2)));
            history.addAll(machine.replay(List.copyOf(history).iterator()));
            assertThat(TestRun.describe(history)).last().isEqualTo("3 ActivityTaskScheduled(A)");
            ActivityTaskCompleted completed = new ActivityTaskCompleted(4, TestRun.BEGIN, 3, 1, Json.NULL);
            history.add(completed);
            history.addAll(machine.apply(completed));
            assertThat(history).last()
                .extracting((end) -> ((WorkflowExecutionCompleted) end).result())
                .isEqualTo(new Json("\"1 false\""));
        }
    }

    @Test
    void notesBesideTracesOfOldPatchesAndMarkersAreLookedThrough() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            call("A");
            Workflows.deprecatePatch("old");
            int version = Workflows.version("new", Workflows.DEFAULT_VERSION, 2);
            String value = Workflows.mutableSideEffect("m", String.class, (a, b) -> !a.equals(b), () -> "v");
            call("B");
            return version + value;
        }))) {
            run.start();
            run.note();
            run.complete(2, "a");
            run.note();
            run.evict();
            run.note();
            run.complete(run.event(ActivityTaskScheduled.class).eventId(), "b");
            assertThat(run.result()).isEqualTo("2v");
        }
    }

    @Test
    void aRunThatWasPausedAndTerminatedBeforeItBeganIsReplayed() {
        TestDefinition definition = TestDefinition.of(() -> call("A"));
        try (TestRun run = new TestRun(definition)) {
            WorkflowExecutionStarted started = run.started(Json.EMPTY_ARRAY);
            List<HistoryEvent> history = List.of(started, run.noteAt(2),
                    new WorkflowExecutionTerminated(3, TestRun.BEGIN, "enough", null));
            try (WorkflowMachine machine = run.replayed(definition, history)) {
                assertThat(machine.isClosed()).isTrue();
            }
        }
    }

    @Test
    void theLimitIsTheOneThatTheRunBeganWith() {
        TestDefinition definition = TestDefinition.of(() -> {
            List<Boolean> suggested = new ArrayList<>();
            while (!Workflows.info().continueAsNewSuggested()) {
                suggested.add(false);
                Workflows.sleep(Duration.ofMinutes(1));
            }
            return suggested.size();
        });
        try (TestRun run = new TestRun(definition, TestRun.settings(false, 100))) {
            run.startWarnedAt(7);
            run.fire(2);
            run.fire(4);
            run.fire(6);
            assertThat(run.result()).isEqualTo(3);
            for (int limit : List.of(3, 100)) {
                try (WorkflowMachine machine = machine(definition, limit)) {
                    assertThat(machine.replay(run.history().iterator())).isEmpty();
                }
            }
        }
    }

    @Test
    void aLargeHistoryIsLongAsWell() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            String before = Workflows.info().continueAsNewSuggested() + " ";
            call("A");
            return before + Workflows.info().continueAsNewSuggested();
        }))) {
            run.startWarnedAt(10_000);
            run.complete(2, "x".repeat(4 << 20));
            assertThat(run.result()).isEqualTo("false true");
        }
    }

    private static WorkflowMachine machine(TestDefinition definition, int warnEvents) {
        return new WorkflowMachine(definition, TestRun.settings(false, warnEvents));
    }

    /** Ends at the first change after which its history has four events. */
    static class UntilFour {

        private final List<Long> lengths = new ArrayList<>();

        @WorkflowMethod
        String run() {
            Workflows.await(() -> Workflows.info().historyLength() >= 4);
            return this.lengths.toString();
        }

        @SignalMethod
        void go() {
            this.lengths.add(Workflows.info().historyLength());
        }

    }

}

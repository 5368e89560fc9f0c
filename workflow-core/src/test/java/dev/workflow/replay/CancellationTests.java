package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.Action;
import dev.workflow.CancellationScope;
import dev.workflow.CancellationType;
import dev.workflow.Promise;
import dev.workflow.SignalMethod;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.history.WorkflowExecutionCanceled;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.begin;
import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;

/** Scopes and what their cancellation does. */
class CancellationTests {

    @Test
    void canceledSleepCancelsItsTimerAndTheRun() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.sleep(Duration.ofDays(1));
            return "";
        }))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("4 TimerCanceled(of event 2)",
                    "5 WorkflowExecutionCanceled");
            assertThat(run.event(WorkflowExecutionCanceled.class).failure().message()).isEqualTo("enough");
        }
    }

    @Test
    void failuresThatTheEngineThrowsShowWhereTheCodeWaited() {
        List<WorkflowException> failures = new ArrayList<>();
        TestRun run = new TestRun(TestDefinition.of(() -> {
            collect(failures, () -> call("A"));
            collect(failures, () -> Workflows.promise().get(Duration.ZERO));
            collect(failures, () -> Workflows.sleep(Duration.ofDays(1)));
            return "";
        }));
        run.start();
        run.fail(2, "Broken", "no");
        run.cancel("enough");
        assertThat(failures).extracting((failure) -> (Object) failure.getClass())
            .containsExactly(ActivityFailure.class, TimeoutFailure.class, CanceledFailure.class);
        assertThat(failures).allSatisfy((failure) -> assertThat(failure.getStackTrace())
            .anyMatch((frame) -> frame.getClassName().startsWith(CancellationTests.class.getName())));
    }

    private static void collect(List<WorkflowException> failures, Action call) throws Exception {
        try {
            call.run();
        }
        catch (WorkflowException failure) {
            failures.add(failure);
        }
    }

    @Test
    void canceledAwaitEndsTheRun() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.await(() -> false);
            return "";
        }))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("3 WorkflowExecutionCanceled");
        }
    }

    @Test
    void canceledAwaitWithLimitCancelsItsTimer() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> Workflows.await(Duration.ofDays(1), () -> false)))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("4 TimerCanceled(of event 2)",
                    "5 WorkflowExecutionCanceled");
        }
    }

    @Test
    void triedCancellationFailsTheActivityAtOnce() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            try {
                return begin("A", CancellationType.TRY_CANCEL).get();
            }
            catch (ActivityFailure failure) {
                assertThat(failure.getCause()).isInstanceOf(CanceledFailure.class);
                throw failure;
            }
        }))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("4 ActivityTaskCancelRequested(of event 2)",
                    "5 WorkflowExecutionCanceled");
        }
    }

    @Test
    void waitedForCancellationWaitsForTheActivity() {
        try (TestRun run = new TestRun(
                TestDefinition.of(() -> begin("A", CancellationType.WAIT_CANCELLATION_COMPLETED).get()))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("4 ActivityTaskCancelRequested(of event 2)");
            assertThat(run.canceled(2)).containsExactly("6 WorkflowExecutionCanceled");
        }
    }

    @Test
    void waitedForActivityMayStillComplete() {
        try (TestRun run = new TestRun(
                TestDefinition.of(() -> begin("A", CancellationType.WAIT_CANCELLATION_COMPLETED).get()))) {
            run.start();
            run.cancel("enough");
            assertThat(run.complete(2, "made it")).containsExactly("6 WorkflowExecutionCompleted");
        }
    }

    @Test
    void abandonedActivityIsNotTold() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> begin("A", CancellationType.ABANDON).get()))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("4 WorkflowExecutionCanceled");
        }
    }

    @Test
    void nothingBeginsInACanceledScope() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            List<String> seen = new ArrayList<>();
            CancellationScope scope = Workflows.cancellationScope();
            scope.cancel("stop");
            scope.run(() -> {
                note(seen, () -> call("A"));
                note(seen, () -> Workflows.sleep(Duration.ofDays(1)));
                note(seen, () -> Workflows.await(() -> true));
                note(seen, () -> Workflows.await(Duration.ofDays(1), () -> false));
                note(seen, () -> scope.async(() -> call("B")).get());
                assertThat(CancellationScope.current().isCancelRequested()).isTrue();
            });
            assertThat(CancellationScope.current().isCancelRequested()).isFalse();
            return seen;
        }))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo(List.of("ActivityFailure", "CanceledFailure", "CanceledFailure",
                    "CanceledFailure", "ActivityFailure"));
        }
    }

    private static void note(List<String> seen, Runnable call) {
        try {
            call.run();
            seen.add("went on");
        }
        catch (RuntimeException failure) {
            assertThat(CanceledFailure.isCancellation(failure)).isTrue();
            seen.add(failure.getClass().getSimpleName());
        }
    }

    @Test
    void scopeCancelsWhatIsInItAndInScopesInsideInOrder() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<String> outside = begin("Outside");
            CancellationScope scope = Workflows.cancellationScope((inner) -> {
                begin("First");
                Workflows.cancellationScope(() -> begin("Nested"));
                Workflows.detachedScope(() -> begin("Detached"));
                Workflows.timer(Duration.ofDays(1));
                Workflows.async(() -> call("Async"));
            });
            Workflows.sleep(Duration.ofHours(1));
            scope.cancel();
            return outside.get();
        }))) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(Outside)",
                    "3 ActivityTaskScheduled(First)", "4 ActivityTaskScheduled(Nested)",
                    "5 ActivityTaskScheduled(Detached)", "6 TimerStarted", "7 TimerStarted",
                    "8 ActivityTaskScheduled(Async)");
            assertThat(run.fire(7)).containsExactly("10 ActivityTaskCancelRequested(of event 3)",
                    "11 ActivityTaskCancelRequested(of event 4)", "12 TimerCanceled(of event 6)",
                    "13 ActivityTaskCancelRequested(of event 8)");
            assertThat(run.complete(2, "ok")).containsExactly("15 WorkflowExecutionCompleted");
        }
    }

    @Test
    void detachedScopeCleansUpInACanceledRun() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            try {
                return call("A");
            }
            finally {
                Workflows.detachedScope(() -> call("CleanUp"));
            }
        }))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("4 ActivityTaskCancelRequested(of event 2)",
                    "5 ActivityTaskScheduled(CleanUp)");
            assertThat(run.cancel("again")).isEmpty();
            assertThat(run.complete(5, "")).containsExactly("8 WorkflowExecutionCanceled");
        }
    }

    @Test
    void canceledRunMayComplete() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            try {
                return call("A");
            }
            catch (ActivityFailure canceled) {
                return "went on";
            }
        }))) {
            run.start();
            run.cancel("enough");
            assertThat(run.result()).isEqualTo("went on");
        }
    }

    @Test
    void cancellationOfAnInnerScopeThatEscapesFailsTheRun() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            CancellationScope scope = Workflows.cancellationScope();
            scope.cancel();
            scope.run(() -> Workflows.sleep(Duration.ofDays(1)));
            return "";
        }))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionFailed");
        }
    }

    static class WithHandler {

        @WorkflowMethod
        String run() {
            try {
                Workflows.await(() -> false);
            }
            catch (CanceledFailure canceled) {
                Workflows.detachedScope(() -> call("CleanUp"));
            }
            return "cleaned";
        }

        @SignalMethod
        void go() {
            call("A");
        }

    }

    @Test
    void canceledHandlerLeavesTheEndToTheMainMethod() {
        try (TestRun run = new TestRun(TestDefinition.of(WithHandler.class))) {
            run.start();
            run.signal("go");
            assertThat(run.cancel("enough")).containsExactly("5 ActivityTaskCancelRequested(of event 3)",
                    "6 ActivityTaskScheduled(CleanUp)");
            run.complete(6, "");
            assertThat(run.result()).isEqualTo("cleaned");
        }
    }

    @Test
    void scopesThatAreDoneAreForgotten() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            for (int i = 0; i < 3; i++) {
                Workflows.cancellationScope(() -> call("A"));
            }
            Workflows.await(() -> false);
            return "";
        }))) {
            run.start();
            run.complete(2, "");
            run.complete(4, "");
            run.complete(6, "");
            assertThat(run.cancel("enough")).containsExactly("9 WorkflowExecutionCanceled");
        }
    }

}

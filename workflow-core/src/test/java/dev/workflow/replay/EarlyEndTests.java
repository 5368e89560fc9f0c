package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.TimerFired;
import dev.workflow.history.TimerStarted;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.history.WorkflowExecutionTimedOut;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;

/** Runs that were ended from outside before their code ran, or ran on after a reset. */
@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
class EarlyEndTests {

    private static void assertReplays(Callable<?> code) {
        TestDefinition definition = TestDefinition.of(code);
        assertReplays(definition, List.of(new TestRun(definition).started(Json.EMPTY_ARRAY)));
    }

    private static void assertReplays(TestDefinition definition, List<HistoryEvent> before) {
        long last = before.size() + 1;
        for (HistoryEvent end : List.of(new WorkflowExecutionTerminated(last, TestRun.BEGIN, "early", null),
                new WorkflowExecutionTimedOut(last, TestRun.BEGIN, "RUN", null))) {
            List<HistoryEvent> history = new ArrayList<>(before);
            history.add(end);
            try (WorkflowMachine machine = new TestRun(definition).replayed(definition, history)) {
                assertThat(machine.isClosed()).isTrue();
                assertThat(machine.lastEventId()).isEqualTo(last);
            }
        }
    }

    @Test
    void codeThatOrdersSomethingIsReplayed() {
        assertReplays(() -> call("A"));
        assertReplays(() -> {
            Workflows.async(() -> call("A"));
            return call("B");
        });
    }

    @Test
    void codeThatWaitsIsReplayed() {
        assertReplays(() -> {
            Workflows.await(() -> false);
            return "";
        });
    }

    @Test
    void codeThatEndsInItsFirstStepIsReplayed() {
        assertReplays(() -> "done");
        assertReplays(() -> {
            throw ApplicationFailure.of("failed", "Failed");
        });
        assertReplays(() -> Workflows.continueAsNew());
    }

    @Test
    void codeThatCatchesEverythingIsReplayed() {
        assertReplays(() -> {
            while (true) {
                try {
                    call("A");
                }
                catch (Throwable swallowed) {
                    // It tries again and again.
                }
            }
        });
        assertReplays(() -> {
            try {
                return call("A");
            }
            catch (Throwable swallowed) {
                return "swallowed";
            }
        });
    }

    @Test
    void codeThatOrdersSomethingBehindAResetIsReplayed() {
        TestDefinition definition = TestDefinition.of(() -> {
            Workflows.sleep(Duration.ofDays(1));
            return call("A");
        });
        assertReplays(definition, List.of(new TestRun(definition).startedByReset(3),
                new TimerStarted(2, TestRun.BEGIN, Duration.ofDays(1)), new TimerFired(3, TestRun.BEGIN, 2)));
    }

    @Test
    void whatACancellationBeforeAResetOrdersIsReplayed() {
        TestDefinition definition = TestDefinition.of(() -> {
            Workflows.sleep(Duration.ofDays(1));
            return "";
        });
        assertReplays(definition,
                List.of(new TestRun(definition).startedByReset(3),
                        new TimerStarted(2, TestRun.BEGIN, Duration.ofDays(1)),
                        new WorkflowExecutionCancelRequested(3, TestRun.BEGIN, "enough", null)));
    }

}

package dev.workflow.replay;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

import dev.workflow.Workflows;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.HistoryEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Code that does not do what its history says. */
class NonDeterminismTests {

    private final TestRun run = new TestRun(TestDefinition.of(() -> {
        call("A");
        Workflows.sleep(Duration.ofDays(1));
        return call("B");
    }));

    NonDeterminismTests() {
        this.run.start();
        this.run.complete(2, "a");
        this.run.fire(4);
        this.run.complete(6, "b");
    }

    @AfterEach
    void verify() {
        this.run.close();
    }

    static List<Arguments> divergences() {
        return List.of(
                divergence("WF-ND01", 2, "ActivityTaskScheduled(A)", "ActivityTaskScheduled(X)", () -> call("X")),
                divergence("WF-ND01", 2, "ActivityTaskScheduled(A)", "WorkflowExecutionCompleted", () -> ""),
                divergence("WF-ND01", 2, "ActivityTaskScheduled(A)", "MarkerRecorded(SideEffect)",
                        () -> Workflows.sideEffect(String.class, () -> "")),
                divergence("WF-ND02", 2, "ActivityTaskScheduled(A)", "nothing", () -> {
                    Workflows.await(() -> false);
                    return "";
                }), divergence("WF-ND01", 3, "ActivityTaskCompleted", "ActivityTaskScheduled(A)", () -> {
                    Workflows.async(() -> call("A"));
                    return call("A");
                }), divergence("WF-ND01", 4, "TimerStarted", "ActivityTaskScheduled(B)", () -> call("A") + call("B")),
                divergence("WF-ND01", 4, "TimerStarted", "WorkflowExecutionCompleted", () -> call("A")),
                divergence("WF-ND02", 6, "ActivityTaskScheduled(B)", "nothing", () -> {
                    call("A");
                    Workflows.timer(Duration.ofDays(1));
                    Workflows.await(() -> false);
                    return "";
                }), divergence("WF-ND01", 8, "WorkflowExecutionCompleted", "ActivityTaskScheduled(C)", () -> {
                    call("A");
                    Workflows.sleep(Duration.ofDays(1));
                    return call("B") + call("C");
                }));
    }

    private static Arguments divergence(String rule, long event, String inHistory, String byCode, Callable<?> code) {
        return Arguments.of(rule, event, inHistory, byCode, code);
    }

    @ParameterizedTest
    @MethodSource("divergences")
    void divergenceIsReportedWithBothSides(String rule, long event, String inHistory, String byCode, Callable<?> code) {
        NonDeterminismException divergence = replay(code, this.run.history());
        assertThat(divergence.ruleId()).isEqualTo(rule);
        assertThat(divergence.eventId()).isEqualTo(event);
        assertThat(divergence.inHistory()).isEqualTo(inHistory);
        assertThat(divergence.byCode()).startsWith(byCode)
            .contains("workflow Lambda 'order-42' (run 0197a3b0-0000-7000-8000-000000000001)");
    }

    @Test
    void codeCannotSwallowTheDivergence() {
        NonDeterminismException divergence = replay(() -> {
            while (true) {
                try {
                    call("X");
                }
                catch (Throwable swallowed) {
                    continue;
                }
            }
        }, this.run.history());
        assertThat(divergence.eventId()).isEqualTo(2);
    }

    @Test
    void durationsAndArgumentsMayChange() {
        WorkflowMachine machine = this.run.replayed(TestDefinition.of(() -> {
            call("A", "more");
            Workflows.sleep(Duration.ofDays(2));
            return call("B") + "!";
        }), this.run.history());
        assertThat(machine.isClosed()).isTrue();
    }

    @Test
    void divergenceInALaterTurnIsFoundWhereItIs() {
        NonDeterminismException divergence = replay(() -> {
            call("A");
            Workflows.async(() -> call("B"));
            Workflows.sleep(Duration.ofDays(1));
            return "";
        }, this.run.history());
        assertThat(divergence.eventId()).isEqualTo(5);
    }

    @Test
    void gapInTheHistoryIsRefused() {
        List<HistoryEvent> gap = new java.util.ArrayList<>(this.run.history());
        gap.remove(4);
        try (WorkflowMachine machine = new WorkflowMachine(TestDefinition.of(() -> ""), TestRun.SETTINGS)) {
            gap.remove(1);
            assertThatIllegalStateException().isThrownBy(() -> machine.replay(gap.iterator()))
                .withMessageContaining("gap");
        }
    }

    private static NonDeterminismException replay(Callable<?> code, List<HistoryEvent> history) {
        try (WorkflowMachine machine = new WorkflowMachine(TestDefinition.of(code), TestRun.SETTINGS)) {
            NonDeterminismException divergence = catchThrowableOfType(NonDeterminismException.class,
                    () -> machine.replay(history.iterator()));
            assertThat(divergence).isNotNull();
            return divergence;
        }
    }

}

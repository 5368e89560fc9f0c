package dev.workflow.replay;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.payload.FailureInfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LocalActivityCallsTests {

    @Test
    void anOrderIsNoEventAndItsEndIsAnInput() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> local("A", 1).get() + call("B")))) {
            assertThat(run.start()).isEmpty();
            assertThat(pending(run)).containsExactly("local-1 A");
            run.evict();
            assertThat(pending(run)).containsExactly("local-1 A");
            assertThat(run.apply(marker(run, "local-1", "A", 1, "a"))).containsExactly("3 ActivityTaskScheduled(B)");
            assertThat(pending(run)).isEmpty();
            run.evict();
            assertThat(pending(run)).isEmpty();
            run.complete(3, "b");
            assertThat(run.result()).isEqualTo("ab");
        }
    }

    @Test
    void aFailedAttemptThatIsToBeRepeatedAdvancesNothing() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> local("A").get()))) {
            run.start();
            assertThat(run.apply(failed(run, Instant.MAX))).isEmpty();
            assertThat(pending(run)).containsExactly("local-1 A");
            assertThat(run.apply(failed(run, null))).containsExactly("4 WorkflowExecutionFailed");
        }
    }

    @Test
    void aCanceledRunForgetsItsLocalActivities() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> local("A").get()))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("3 WorkflowExecutionCanceled");
            assertThat(pending(run)).isEmpty();
        }
    }

    @Test
    void anEndThatNobodyWaitsForIsADivergence() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> local("A").get()))) {
            run.start();
            run.apply(marker(run, "local-1", "A", 1, "a"));
            assertDivergence(run, "no such local activity", () -> {
                Workflows.await(() -> false);
                return "";
            });
            assertDivergence(run, "local activity X", () -> local("X").get());
        }
    }

    private static void assertDivergence(TestRun run, String byCode, Callable<?> code) {
        WorkflowMachine other = new WorkflowMachine(TestDefinition.of(code), TestRun.SETTINGS);
        assertThatExceptionOfType(NonDeterminismException.class)
            .isThrownBy(() -> other.replay(run.history().iterator()))
            .withMessageContaining("WF-ND04")
            .satisfies((divergence) -> {
                assertThat(divergence.eventId()).isEqualTo(2);
                assertThat(divergence.inHistory()).contains("A (local-1)");
                assertThat(divergence.byCode()).contains(byCode);
            });
        other.close();
    }

    private static List<String> pending(TestRun run) {
        return run.machine()
            .localActivities()
            .stream()
            .map((ActivityTaskScheduled order) -> order.activityId() + " " + order.activityType())
            .toList();
    }

    private static LocalActivityMarkerRecorded marker(TestRun run, String id, String type, int attempt, Object result) {
        return new LocalActivityMarkerRecorded(run.nextId(), run.machine().now(), id, type, attempt,
                TestRun.PAYLOADS.encode(result), null, null, null);
    }

    private static LocalActivityMarkerRecorded failed(TestRun run, @Nullable Instant next) {
        return new LocalActivityMarkerRecorded(run.nextId(), run.machine().now(), "local-1", "A", 1, null,
                FailureInfo.application("Bad", "not at all", false), null, next);
    }

    private static Promise<String> local(String type, @Nullable Object... arguments) {
        return WorkflowContext.current().localActivity(type, String.class, ActivityOptions.defaults(), arguments);
    }

    private static String call(String type) {
        return Calls.call(type);
    }

}

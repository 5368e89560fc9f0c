package dev.workflow.test.scenarios;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.ChildOptions;
import dev.workflow.RetryOptions;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(classes = { WorkflowRetryTests.Flaky.class, WorkflowRetryTests.Asks.class, WorkflowRetryTests.Slow.class,
        WorkflowRetryTests.Imports.class })
class WorkflowRetryTests extends ScenarioTests {

    private static final RetryOptions EVERY_MINUTE = RetryOptions.defaults()
        .initialInterval(Duration.ofMinutes(1))
        .backoffCoefficient(2)
        .maximumAttempts(5);

    private List<WorkflowDescription> runs(WorkflowHandle<?, ?> handle) {
        return this.client.list("WorkflowId = '" + handle.workflowId() + "'").toList();
    }

    @Test
    void aFailedRunIsFollowedByAnotherAttempt() {
        var handle = this.client.start(Flaky.class, (w) -> w.run(3, "Busy"), anyId().retry(EVERY_MINUTE));
        step();
        assertThat(runs(handle)).extracting(WorkflowDescription::status)
            .containsExactlyInAnyOrder(WorkflowStatus.FAILED, WorkflowStatus.RUNNING);
        advance(Duration.ofSeconds(59));
        assertThat(runs(handle)).hasSize(2);
        advance(Duration.ofSeconds(1));
        assertThat(runs(handle)).hasSize(3);
        advance(Duration.ofMinutes(2));
        assertThat(resultOf(handle)).isEqualTo("attempt 3 after Busy 2");
        List<WorkflowDescription> runs = runs(handle);
        assertThat(runs).hasSize(3);
        for (WorkflowDescription run : runs) {
            WorkflowExecutionStarted started = (WorkflowExecutionStarted) this.client
                .workflow(run.workflowId(), run.runId())
                .history()
                .getFirst();
            assertThat(started.firstExecutionRunId()).isEqualTo(handle.runId());
        }
    }

    @Test
    void theLastAttemptsFailureIsTheResult() {
        var handle = this.client.start(Flaky.class, (w) -> w.run(9, "Busy"),
                anyId().retry(EVERY_MINUTE.maximumAttempts(2)));
        advance(Duration.ofMinutes(1));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOf(ApplicationFailure.class)
            .withMessage("Busy 2");
        assertThat(runs(handle)).hasSize(2);
    }

    @Test
    void whatIsNotToBeRetriedIsNot() {
        var listed = this.client.start(Flaky.class, (w) -> w.run(3, "Fatal"),
                anyId().retry(EVERY_MINUTE.doNotRetry("Fatal")));
        var said = this.client.start(Flaky.class, (w) -> w.run(3, "non-retryable"), anyId().retry(EVERY_MINUTE));
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(listed));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(said));
        assertThat(runs(listed)).hasSize(1);
        assertThat(runs(said)).hasSize(1);
    }

    @Test
    void whatExtendsAnExceptionThatIsNotToBeRetriedIsNotEither() {
        RetryOptions retry = EVERY_MINUTE.doNotRetry(IOException.class.getName());
        var other = this.client.start(Imports.class, (w) -> w.run(false), anyId().retry(EVERY_MINUTE));
        var handle = this.client.start(Imports.class, (w) -> w.run(false), anyId().retry(retry));
        var parent = this.client.start(Imports.class, (w) -> w.run(true), anyId());
        step();
        assertThat(runs(other)).hasSize(2);
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOfSatisfying(ApplicationFailure.class, (failure) -> {
                assertThat(failure.type()).isEqualTo(FileNotFoundException.class.getName());
                assertThat(failure.isNonRetryable()).isTrue();
            });
        assertThat(runs(handle)).hasSize(1);
        assertThat(resultOf(parent)).isEqualTo("1 attempt");
    }

    @Test
    void aRunThatIsNotTriedAgainRecursAsAFirstAttempt() {
        var handle = this.client.start(Imports.class, (w) -> w.run(false),
                anyId().cron("0 3 * * *").retry(EVERY_MINUTE.doNotRetry(IOException.class.getName())));
        advance(Duration.ofDays(1));
        assertThat(runs(handle)).hasSize(2);
        WorkflowExecutionStarted next = (WorkflowExecutionStarted) this.client.workflow(handle.workflowId())
            .history()
            .getFirst();
        assertThat(next.attempt()).isEqualTo(1);
        assertThat(next.firstWorkflowTaskBackoff()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void aCanceledRunIsNotRetried() {
        var handle = this.client.start(Slow.class, (w) -> w.run(), anyId().retry(EVERY_MINUTE));
        step();
        handle.cancel();
        step();
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(runs(handle)).hasSize(1);
    }

    @Test
    void aRunThatTimesOutIsRetriedUntilTheExecutionIsOutOfTime() {
        var handle = this.client.start(Slow.class, (w) -> w.run(),
                anyId().retry(EVERY_MINUTE.backoffCoefficient(1).maximumAttempts(0))
                    .runTimeout(Duration.ofMinutes(10))
                    .executionTimeout(Duration.ofMinutes(25)));
        advance(Duration.ofMinutes(10));
        assertThat(runs(handle)).hasSize(2);
        advance(Duration.ofMinutes(11));
        assertThat(runs(handle)).hasSize(3);
        advance(Duration.ofMinutes(5));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOfSatisfying(TimeoutFailure.class,
                    (timeout) -> assertThat(timeout.kind()).isEqualTo(TimeoutFailure.Kind.EXECUTION));
        assertThat(runs(handle)).hasSize(3);
    }

    @Test
    void aRetriedChildIsOneChild() {
        var handle = this.client.start(Asks.class, (w) -> w.run(), anyId());
        advance(Duration.ofMinutes(4));
        assertThat(resultOf(handle)).isEqualTo("attempt 3 after Busy 2");
        assertThat(eventTypes(handle)).containsOnlyOnce("ChildWorkflowExecutionStarted")
            .containsOnlyOnce("ChildWorkflowExecutionCompleted")
            .doesNotContain("ChildWorkflowExecutionFailed");
    }

    @Test
    void signalsGoToTheNextAttempt() {
        var handle = this.client.start(Flaky.class, (w) -> w.run(2, "Listens"), anyId().retry(EVERY_MINUTE));
        step();
        this.client.workflow(handle.workflowId()).signal("hear", "x");
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("attempt 2 after Listens 1[x]");
    }

    @Test
    void timeBeginsAfterTheStartDelay() {
        Instant start = this.clock.instant();
        var handle = this.client.start(Slow.class, (w) -> w.run(), anyId().startDelay(Duration.ofHours(1)));
        advance(Duration.ofHours(1));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        advance(Duration.ofDays(1).minusSeconds(1));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        advance(Duration.ofSeconds(1));
        assertThat(resultOf(handle)).isEqualTo(start.plus(Duration.ofHours(1)).toString());
    }

    @Workflow
    static class Flaky {

        private final List<String> heard = new ArrayList<>();

        @WorkflowMethod
        String run(int succeeds, String type) {
            int attempt = Workflows.info().attempt();
            if (attempt >= succeeds) {
                Workflows.await(() -> !type.equals("Listens") || !this.heard.isEmpty());
                return "attempt " + attempt + " after "
                        + Workflows.previousFailure().map(Throwable::getMessage).orElse("nothing")
                        + (this.heard.isEmpty() ? "" : this.heard);
            }
            if (type.equals("non-retryable")) {
                throw ApplicationFailure.nonRetryable(type, type);
            }
            throw ApplicationFailure.of(type + " " + attempt, type);
        }

        @SignalMethod
        void hear(String text) {
            this.heard.add(text);
        }

    }

    @Workflow
    static class Slow {

        @WorkflowMethod
        String run() {
            Instant begin = Workflows.now();
            Workflows.sleep(Duration.ofDays(1));
            return begin.toString();
        }

    }

    @Workflow
    static class Asks {

        @WorkflowMethod
        String run() {
            return Workflows.child(Flaky.class, ChildOptions.defaults().retry(EVERY_MINUTE)).run(3, "Busy");
        }

    }

    @Workflow(failOn = IOException.class)
    static class Imports {

        @WorkflowMethod
        String run(boolean byChild) throws IOException {
            if (!byChild) {
                throw new FileNotFoundException("attempt " + Workflows.info().attempt());
            }
            ChildOptions options = ChildOptions.defaults().retry(EVERY_MINUTE.doNotRetry(IOException.class.getName()));
            try {
                return Workflows.child(Imports.class, options).run(false);
            }
            catch (ChildWorkflowFailure failure) {
                return failure.getCause().getMessage().replaceAll("\\D+", "") + " attempt";
            }
        }

    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.ActivityOptions;
import dev.workflow.Retry;
import dev.workflow.RetryOptions;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.PendingActivity;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.InvalidTaskTokenException;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.payload.PayloadException;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@WorkflowTest(classes = { Probe.class, ActivityTests.Flaky.class, ActivityTests.Slow.class, ActivityTests.Outside.class,
        ActivityTests.FlakyWorkflow.class, ActivityTests.SlowWorkflow.class, ActivityTests.OutsideWorkflow.class,
        ActivityTests.QueueWorkflow.class, ActivityTests.KeyWorkflow.class })
class ActivityTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Autowired
    PlatformTransactionManager transactionManager;

    // Retries

    @Test
    void failedAttemptsAreRepeatedAsTheAnnotationSays() {
        String key = anyId().id();
        WorkflowHandle<FlakyWorkflow, String> handle = start(key, "twice", null);
        step();
        assertThat(this.probe.notes(key)).containsExactly(1);
        PendingActivity pending = handle.describe().pendingActivities().getFirst();
        assertThat(pending.activityType()).isEqualTo("Flaky.failTwice");
        assertThat(pending.attempt()).isEqualTo(1);
        assertThat(pending.lastFailure()).get().asString().contains("attempt 1");
        assertThat(pending.nextAttemptTime()).contains(this.clock.instant().plusSeconds(2));
        advance(Duration.ofMillis(1_999));
        assertThat(this.probe.notes(key)).hasSize(1);
        advance(Duration.ofMillis(1));
        assertThat(this.probe.notes(key)).containsExactly(1, 2);
        advance(Duration.ofSeconds(6));
        assertThat(resultOf(handle)).isEqualTo("done at 3");
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted", "ActivityTaskScheduled",
                "ActivityTaskStarted", "ActivityTaskCompleted", "WorkflowExecutionCompleted");
    }

    @Test
    void attemptsRunOutAsTheAnnotationSays() {
        String key = anyId().id();
        WorkflowHandle<FlakyWorkflow, String> handle = start(key, "always", null);
        advance(Duration.ofMinutes(5));
        ActivityFailure failure = activityFailure(handle);
        assertThat(this.probe.notes(key)).containsExactly(1, 2, 3);
        assertThat(failure.activityType()).isEqualTo("Flaky.failAlways");
        assertThat(failure.getCause()).isInstanceOfSatisfying(ApplicationFailure.class, (cause) -> {
            assertThat(cause.type()).isEqualTo("java.lang.IllegalStateException");
            assertThat(cause.getMessage()).isEqualTo("attempt 3");
        });
    }

    @Test
    void optionsOfACallPrecedeTheAnnotation() {
        String key = anyId().id();
        WorkflowHandle<FlakyWorkflow, String> handle = start(key, "always",
                new Options(null, null, null, null, 2, "1h", null));
        advance(Duration.ofMinutes(59));
        assertThat(this.probe.notes(key)).hasSize(1);
        advance(Duration.ofMinutes(1));
        activityFailure(handle);
        assertThat(this.probe.notes(key)).hasSize(2);
    }

    @Test
    void nonRetryableFailuresAreNotRepeated() {
        for (String kind : List.of("doNotRetry", "nonRetryable")) {
            String key = anyId().id();
            WorkflowHandle<FlakyWorkflow, String> handle = start(key, kind, null);
            step();
            assertThat(activityFailure(handle).getCause()).isInstanceOf(ApplicationFailure.class);
            assertThat(this.probe.notes(key)).as(kind).hasSize(1);
        }
        String key = anyId().id();
        WorkflowHandle<FlakyWorkflow, String> handle = start(key, "typed",
                new Options(null, null, null, null, 0, null, "Expired"));
        step();
        assertThat(activityFailure(handle).getCause()).isInstanceOfSatisfying(ApplicationFailure.class,
                (cause) -> assertThat(cause.type()).isEqualTo("Expired"));
        assertThat(this.probe.notes(key)).hasSize(1);
    }

    @Test
    void aFailureMaySayWhenToTryAgain() {
        String key = anyId().id();
        WorkflowHandle<FlakyWorkflow, String> handle = start(key, "delayed", null);
        advance(Duration.ofMinutes(9));
        assertThat(this.probe.notes(key)).hasSize(1);
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("done at 2");
    }

    @Test
    void theIdempotencyKeyStaysTheSameOverAttempts() {
        String key = anyId().id();
        WorkflowHandle<KeyWorkflow, String> handle = this.client.start(KeyWorkflow.class, (w) -> w.run(key),
                WorkflowOptions.withId(key));
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("done");
        List<Object> keys = this.probe.notes(key);
        assertThat(keys).hasSize(6);
        assertThat(keys.subList(0, 3)).containsOnly(keys.get(0));
        assertThat(keys.subList(3, 6)).containsOnly(keys.get(3));
        assertThat(keys.get(0)).isNotEqualTo(keys.get(3));
    }

    // Time-outs

    @Test
    void anAttemptThatTakesTooLongIsRepeated() {
        String key = anyId().id();
        WorkflowHandle<SlowWorkflow, String> handle = startSlow(key, "hangOnce",
                new Options("10s", null, null, null, 2, "1s", null));
        this.probe.awaitReached(key);
        evict();
        this.clock.skip(Duration.ofSeconds(10));
        advance(Duration.ofSeconds(1));
        assertThat(resultOf(handle)).isEqualTo("attempt 2");
    }

    @Test
    void anAttemptThatTakesTooLongFailsWithStartToClose() {
        String key = anyId().id();
        WorkflowHandle<SlowWorkflow, String> handle = startSlow(key, "hang",
                new Options("10s", null, null, null, 1, null, null));
        this.probe.awaitReached(key);
        evict();
        this.clock.skip(Duration.ofSeconds(10));
        assertThat(timeoutKind(handle)).isEqualTo(TimeoutFailure.Kind.START_TO_CLOSE);
    }

    @Test
    void anActivityThatNobodyTakesFailsWithScheduleToStart() {
        WorkflowHandle<QueueWorkflow, String> handle = this.client.start(QueueWorkflow.class,
                (w) -> w.run("a-queue-without-workers"), anyId());
        advance(Duration.ofSeconds(59));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        advance(Duration.ofSeconds(1));
        assertThat(timeoutKind(handle)).isEqualTo(TimeoutFailure.Kind.SCHEDULE_TO_START);
    }

    @Test
    void attemptsThatWouldTakeTooLongTogetherAreNotMade() {
        String key = anyId().id();
        WorkflowHandle<FlakyWorkflow, String> handle = start(key, "always",
                new Options(null, null, "10s", null, 1_000, "2s", null));
        advance(Duration.ofMinutes(1));
        assertThat(activityFailure(handle).getCause()).isInstanceOfSatisfying(ApplicationFailure.class,
                (cause) -> assertThat(cause.getMessage()).isEqualTo("attempt 4"));
        assertThat(this.probe.notes(key)).hasSize(4);
    }

    @Test
    void anActivityThatTakesTooLongInAllFailsWithScheduleToClose() {
        String key = anyId().id();
        WorkflowHandle<SlowWorkflow, String> handle = startSlow(key, "hang",
                new Options("1h", null, "10s", null, 5, null, null));
        this.probe.awaitReached(key);
        evict();
        this.clock.skip(Duration.ofSeconds(10));
        TimeoutFailure.Kind kind = timeoutKind(handle);
        assertThat(kind).isEqualTo(TimeoutFailure.Kind.SCHEDULE_TO_CLOSE);
    }

    @Test
    void anAttemptWithoutHeartbeatIsRepeatedWithItsLastDetails() {
        String key = anyId().id();
        WorkflowHandle<SlowWorkflow, String> handle = startSlow(key, "heartbeatThenHang",
                new Options("1h", null, null, "5s", 2, "1s", null));
        this.probe.awaitReached(key);
        evict();
        this.clock.skip(Duration.ofSeconds(5));
        advance(Duration.ofSeconds(1));
        assertThat(resultOf(handle)).isEqualTo("went on from 42");
    }

    @Test
    void anAttemptWithoutHeartbeatFailsWithHeartbeat() {
        String key = anyId().id();
        WorkflowHandle<SlowWorkflow, String> handle = startSlow(key, "heartbeatThenHang",
                new Options("1h", null, null, "5s", 1, null, null));
        this.probe.awaitReached(key);
        evict();
        this.clock.skip(Duration.ofSeconds(5));
        assertThat(timeoutKind(handle)).isEqualTo(TimeoutFailure.Kind.HEARTBEAT);
    }

    @Test
    void aFailedAttemptHandsItsHeartbeatDetailsOn() {
        String key = anyId().id();
        WorkflowHandle<SlowWorkflow, String> handle = startSlow(key, "heartbeatThenFail",
                new Options("1h", null, null, null, 3, "1s", null));
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("seen [0, 1]");
    }

    // Completion from outside

    @Test
    void anActivityIsCompletedLaterByItsToken() {
        String key = anyId().id();
        WorkflowHandle<OutsideWorkflow, String> handle = startOutside(key);
        step();
        advance(Duration.ofMinutes(30));
        String token = (String) this.probe.notes(key).getFirst();
        this.client.completeActivity(token, "from outside");
        step();
        assertThat(resultOf(handle)).isEqualTo("from outside");
        assertThatExceptionOfType(InvalidTaskTokenException.class)
            .isThrownBy(() -> this.client.completeActivity(token, "again"));
    }

    @Test
    void anActivityThatIsCompletedLaterIsShownAsRunning() {
        String key = anyId().id();
        WorkflowHandle<OutsideWorkflow, String> handle = startOutside(key);
        step();
        PendingActivity pending = handle.describe().pendingActivities().getFirst();
        assertThat(pending.attempt()).isEqualTo(1);
        assertThat(pending.nextAttemptTime()).isEmpty();
    }

    @Test
    void aResultThatTheWorkflowCannotReadIsRefused() {
        String key = anyId().id();
        WorkflowHandle<OutsideWorkflow, String> handle = startOutside(key);
        step();
        String token = (String) this.probe.notes(key).getFirst();
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> this.client.completeActivity(token, Map.of("not", "text")))
            .withMessageContaining("Outside.later")
            .withMessageContaining("java.lang.String");
        this.client.completeActivity(token, "text");
        step();
        assertThat(resultOf(handle)).isEqualTo("text");
    }

    @Test
    void anActivityIsCompletedLaterByItsId() {
        String key = anyId().id();
        WorkflowHandle<OutsideWorkflow, String> handle = startOutside(key);
        step();
        String activityId = handle.describe().pendingActivities().getFirst().activityId();
        this.client.completeActivity(key, activityId, "by id");
        step();
        assertThat(resultOf(handle)).isEqualTo("by id");
    }

    @Test
    void anActivityFailedLaterIsRepeated() {
        String key = anyId().id();
        WorkflowHandle<OutsideWorkflow, String> handle = startOutside(key);
        step();
        String first = (String) this.probe.notes(key).getFirst();
        this.client.heartbeatActivity(first, "half");
        this.client.failActivity(first, ApplicationFailure.of("not yet", "NotYet"));
        advance(Duration.ofMinutes(1));
        assertThat(this.probe.notes(key)).hasSize(2);
        String second = (String) this.probe.notes(key).getLast();
        assertThat(second).isNotEqualTo(first);
        assertThat(this.probe.notes(key + "/details")).containsExactly("none", "half");
        assertThatExceptionOfType(InvalidTaskTokenException.class)
            .isThrownBy(() -> this.client.completeActivity(first, "too late"));
        this.client.failActivity(second, ApplicationFailure.nonRetryable("never", "Never"));
        step();
        assertThat(activityFailure(handle).getCause()).isInstanceOfSatisfying(ApplicationFailure.class,
                (cause) -> assertThat(cause.type()).isEqualTo("Never"));
    }

    @Test
    void anActivityFailedInATransactionFailsWithItsCommitOnly() {
        String key = anyId().id();
        startOutside(key);
        step();
        String first = (String) this.probe.notes(key).getFirst();
        ApplicationFailure failure = ApplicationFailure.of("not yet", "NotYet");
        transaction().executeWithoutResult((status) -> {
            this.client.failActivity(first, failure);
            status.setRollbackOnly();
        });
        advance(Duration.ofMinutes(1));
        assertThat(this.probe.notes(key)).as("attempts after a rollback").hasSize(1);
        transaction().executeWithoutResult((status) -> this.client.failActivity(first, failure));
        advance(Duration.ofMinutes(1));
        assertThat(this.probe.notes(key)).as("attempts after a commit").hasSize(2);
    }

    private TransactionTemplate transaction() {
        return new TransactionTemplate(this.transactionManager);
    }

    @Test
    void anActivityThatIsNeverCompletedTimesOut() {
        String key = anyId().id();
        WorkflowHandle<OutsideWorkflow, String> handle = startOutside(key);
        advance(Duration.ofHours(3));
        assertThat(timeoutKind(handle)).isEqualTo(TimeoutFailure.Kind.START_TO_CLOSE);
        assertThat(this.probe.notes(key)).hasSize(2);
    }

    @Test
    void aForgedTokenIsRefused() {
        String key = anyId().id();
        WorkflowHandle<OutsideWorkflow, String> handle = startOutside(key);
        step();
        String token = (String) this.probe.notes(key).getFirst();
        char flipped = (token.charAt(10) == 'A') ? 'B' : 'A';
        String forged = token.substring(0, 10) + flipped + token.substring(11);
        assertThatExceptionOfType(InvalidTaskTokenException.class)
            .isThrownBy(() -> this.client.completeActivity(forged, "forged"));
        assertThatExceptionOfType(InvalidTaskTokenException.class)
            .isThrownBy(() -> this.client.completeActivity("nonsense", "forged"));
        this.client.completeActivity(token, "real");
        assertThat(resultOf(handle)).isEqualTo("real");
    }

    private WorkflowHandle<FlakyWorkflow, String> start(String key, String kind, Options options) {
        return this.client.start(FlakyWorkflow.class, (w) -> w.run(key, kind, options), WorkflowOptions.withId(key));
    }

    private WorkflowHandle<SlowWorkflow, String> startSlow(String key, String kind, Options options) {
        return this.client.start(SlowWorkflow.class, (w) -> w.run(key, kind, options), WorkflowOptions.withId(key));
    }

    private WorkflowHandle<OutsideWorkflow, String> startOutside(String key) {
        return this.client.start(OutsideWorkflow.class, (w) -> w.run(key), WorkflowOptions.withId(key));
    }

    private static ActivityFailure activityFailure(WorkflowHandle<?, ?> handle) {
        WorkflowFailure failure = catchThrowableOfType(WorkflowFailure.class, () -> handle.result(PATIENCE));
        assertThat(failure).as("the workflow fails").isNotNull();
        assertThat(failure.getCause()).isInstanceOf(ActivityFailure.class);
        return (ActivityFailure) failure.getCause();
    }

    private static TimeoutFailure.Kind timeoutKind(WorkflowHandle<?, ?> handle) {
        Throwable cause = activityFailure(handle).getCause();
        assertThat(cause).isInstanceOf(TimeoutFailure.class);
        return ((TimeoutFailure) cause).kind();
    }

    record Options(String startToClose, String scheduleToStart, String scheduleToClose, String heartbeat, int attempts,
            String interval, String doNotRetry) {

        ActivityOptions toActivityOptions() {
            RetryOptions retry = RetryOptions.defaults().maximumAttempts(this.attempts);
            if (this.interval != null) {
                retry = retry.initialInterval(duration(this.interval)).backoffCoefficient(1.5);
            }
            if (this.doNotRetry != null) {
                retry = retry.doNotRetry(this.doNotRetry);
            }
            ActivityOptions options = ActivityOptions.defaults().retry(retry);
            if (this.startToClose != null) {
                options = options.startToCloseTimeout(duration(this.startToClose));
            }
            if (this.scheduleToStart != null) {
                options = options.scheduleToStartTimeout(duration(this.scheduleToStart));
            }
            if (this.scheduleToClose != null) {
                options = options.scheduleToCloseTimeout(duration(this.scheduleToClose));
            }
            return (this.heartbeat != null) ? options.heartbeatTimeout(duration(this.heartbeat)) : options;
        }

        private static Duration duration(String text) {
            return Duration.parse("PT" + text);
        }

    }

    @Activity(startToCloseTimeout = "10s", retry = @Retry(initialInterval = "2s", backoffCoefficient = 3,
            maximumAttempts = 3, doNotRetry = IllegalArgumentException.class))
    static class Flaky {

        private final Probe probe;

        Flaky(Probe probe) {
            this.probe = probe;
        }

        private int attempt(String key) {
            return this.probe.note(key, Activities.info().attempt());
        }

        public String failTwice(String key) {
            int attempt = attempt(key);
            if (attempt < 3) {
                throw new IllegalStateException("attempt " + attempt);
            }
            return "done at " + attempt;
        }

        public String failAlways(String key) {
            throw new IllegalStateException("attempt " + attempt(key));
        }

        public String doNotRetry(String key) {
            throw new IllegalArgumentException("attempt " + attempt(key));
        }

        public String nonRetryable(String key) {
            throw ApplicationFailure.nonRetryable("attempt " + attempt(key), "Final");
        }

        public String typed(String key) {
            throw ApplicationFailure.of("attempt " + attempt(key), "Expired");
        }

        public String delayed(String key) {
            int attempt = attempt(key);
            if (attempt == 1) {
                throw ApplicationFailure.of("later", "Later").nextRetryDelay(Duration.ofMinutes(10));
            }
            return "done at " + attempt;
        }

        public void noteKey(String key) {
            this.probe.note(key, Activities.info().idempotencyKey());
            if (Activities.info().attempt() < 3) {
                throw new IllegalStateException("once more");
            }
        }

    }

    @Workflow
    static class FlakyWorkflow {

        private final Flaky flaky;

        FlakyWorkflow(Flaky flaky) {
            this.flaky = flaky;
        }

        @WorkflowMethod
        String run(String key, String kind, Options options) {
            Flaky target = (options != null) ? Workflows.withOptions(this.flaky, options.toActivityOptions())
                    : this.flaky;
            return switch (kind) {
                case "twice" -> target.failTwice(key);
                case "always" -> target.failAlways(key);
                case "doNotRetry" -> target.doNotRetry(key);
                case "nonRetryable" -> target.nonRetryable(key);
                case "typed" -> target.typed(key);
                default -> target.delayed(key);
            };
        }

    }

    @Workflow
    static class KeyWorkflow {

        private final Flaky flaky;

        KeyWorkflow(Flaky flaky) {
            this.flaky = flaky;
        }

        @WorkflowMethod
        String run(String key) {
            this.flaky.noteKey(key);
            this.flaky.noteKey(key);
            return "done";
        }

    }

    @Activity(retry = @Retry(initialInterval = "1s"))
    static class Slow {

        private final Probe probe;

        Slow(Probe probe) {
            this.probe = probe;
        }

        public String hang(String key) {
            this.probe.pass(key);
            return "ended";
        }

        public String hangOnce(String key) {
            if (Activities.info().attempt() == 1) {
                this.probe.pass(key);
            }
            return "attempt " + Activities.info().attempt();
        }

        public String heartbeatThenHang(String key) {
            Integer details = Activities.heartbeatDetails(Integer.class).orElse(null);
            if (details != null) {
                return "went on from " + details;
            }
            Activities.heartbeat(42);
            this.probe.pass(key);
            return "ended";
        }

        @ActivityMethod(name = "heartbeat-then-fail")
        public String heartbeatThenFail(String key) {
            Activities.heartbeatDetails(Integer.class).ifPresent((seen) -> this.probe.note(key, seen));
            int attempt = Activities.info().attempt();
            if (attempt < 3) {
                Activities.heartbeat(attempt - 1);
                throw new IllegalStateException("failed after its heartbeat");
            }
            return "seen " + this.probe.notes(key);
        }

        public String queued() {
            return "taken";
        }

    }

    @Workflow
    static class SlowWorkflow {

        private final Slow slow;

        SlowWorkflow(Slow slow) {
            this.slow = slow;
        }

        @WorkflowMethod
        String run(String key, String kind, Options options) {
            Slow target = Workflows.withOptions(this.slow, options.toActivityOptions());
            return switch (kind) {
                case "hang" -> target.hang(key);
                case "hangOnce" -> target.hangOnce(key);
                case "heartbeatThenFail" -> target.heartbeatThenFail(key);
                default -> target.heartbeatThenHang(key);
            };
        }

    }

    @Workflow
    static class QueueWorkflow {

        private final Slow slow;

        QueueWorkflow(Slow slow) {
            this.slow = slow;
        }

        @WorkflowMethod
        String run(String queue) {
            return Workflows
                .withOptions(this.slow,
                        ActivityOptions.defaults().taskQueue(queue).scheduleToStartTimeout(Duration.ofMinutes(1)))
                .queued();
        }

    }

    @Activity(startToCloseTimeout = "1h", retry = @Retry(initialInterval = "10s", maximumAttempts = 2))
    static class Outside {

        private final Probe probe;

        Outside(Probe probe) {
            this.probe = probe;
        }

        public String later(String key) {
            this.probe.note(key + "/details", Activities.heartbeatDetails(String.class).orElse("none"));
            this.probe.note(key, Activities.completeLater());
            return "ignored";
        }

    }

    @Workflow
    static class OutsideWorkflow {

        private final Outside outside;

        OutsideWorkflow(Outside outside) {
            this.outside = outside;
        }

        @WorkflowMethod
        String run(String key) {
            return this.outside.later(key);
        }

        @SignalMethod
        void ignored() {
        }

    }

}

package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityInfo;
import dev.workflow.CancellationScope;
import dev.workflow.LocalActivityOptions;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.RetryOptions;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.PendingActivity;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.test.WorkflowTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(classes = { LocalActivityTests.Calculation.class, LocalActivityTests.Sums.class, Probe.class })
class LocalActivityTests extends ScenarioTests {

    @Autowired
    private Probe probe;

    @Autowired
    private JdbcTemplate jdbc;

    @Test
    void localActivitiesLeaveMarkersAndNoTasks() {
        WorkflowHandle<Calculation, String> handle = start("sequence");
        step();
        assertThat(resultOf(handle)).isEqualTo("1,2,3");
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted", "LocalActivityMarkerRecorded",
                "LocalActivityMarkerRecorded", "LocalActivityMarkerRecorded", "WorkflowExecutionCompleted");
        assertThat(this.probe.notes(handle.workflowId())).hasSize(3);
    }

    @Test
    void localActivitiesRunSideBySideAndTheHistorySaysInWhichOrderTheyEnded() {
        WorkflowHandle<Calculation, String> handle = start("parallel");
        this.probe.awaitReached(handle.workflowId() + "-a");
        this.probe.awaitReached(handle.workflowId() + "-b");
        this.probe.open(handle.workflowId() + "-b");
        await(() -> eventTypes(handle).contains("LocalActivityMarkerRecorded"));
        this.probe.open(handle.workflowId() + "-a");
        step();
        assertThat(resultOf(handle)).isEqualTo("b,a");
        assertThat(markers(handle)).extracting(LocalActivityMarkerRecorded::activityId)
            .containsExactly("local-2", "local-1");
    }

    @Test
    void signalsAndQueriesDoNotWaitForALocalActivity() {
        WorkflowHandle<Calculation, String> handle = start("gate");
        this.probe.awaitReached(handle.workflowId());
        handle.signal((w) -> w.poke());
        int pokes = handle.query((w) -> w.pokes());
        assertThat(pokes).isEqualTo(1);
        this.probe.open(handle.workflowId());
        step();
        assertThat(resultOf(handle)).isEqualTo("passed, poked 1");
    }

    @Test
    void aFailedAttemptIsRepeatedAsThePolicySays() {
        WorkflowHandle<Calculation, String> handle = start("flaky");
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("attempt 3");
        assertThat(markers(handle)).hasSize(1);
    }

    @Test
    void attemptsRunOut() {
        WorkflowHandle<Calculation, String> handle = start("hopeless");
        advance(Duration.ofDays(1));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOf(ActivityFailure.class)
            .havingCause()
            .withMessageContaining("not at all");
        // The pauses of hours are in the history, so that the attempts are counted there.
        assertThat(markers(handle)).extracting(LocalActivityMarkerRecorded::attempt).containsExactly(1, 2, 3);
        assertThat(this.probe.notes(handle.workflowId())).hasSize(3);
    }

    @Test
    void nonRetryableFailuresAreNotRepeated() {
        WorkflowHandle<Calculation, String> handle = start("nonRetryable");
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle));
        assertThat(this.probe.notes(handle.workflowId())).hasSize(1);
    }

    @Test
    void anAttemptThatTakesTooLongFails() {
        WorkflowHandle<Calculation, String> handle = start("slow");
        this.probe.awaitReached(handle.workflowId());
        this.clock.skip(Duration.ofSeconds(10));
        assertThat(resultOf(handle)).isEqualTo("START_TO_CLOSE");
    }

    @Test
    void aLocalActivityThatTakesTooLongInAllFails() {
        WorkflowHandle<Calculation, String> handle = start("slowInAll");
        advance(Duration.ofHours(2));
        assertThat(resultOf(handle)).isEqualTo("failed: not at all");
    }

    @Test
    void aCanceledScopeDoesNotWaitForItsLocalActivity() {
        WorkflowHandle<Calculation, String> handle = start("cancel");
        this.probe.awaitReached(handle.workflowId());
        handle.signal((w) -> w.poke());
        step();
        assertThat(resultOf(handle)).isEqualTo("canceled");
        await(() -> this.probe.notes(handle.workflowId()).contains("interrupted"));
        assertThat(markers(handle)).isEmpty();
    }

    @Test
    void aCanceledRunDoesNotWaitForItsLocalActivity() {
        WorkflowHandle<Calculation, String> handle = start("gate");
        this.probe.awaitReached(handle.workflowId());
        handle.cancel();
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
    }

    @Test
    void whatRanWhenTheRunLeftMemoryIsRepeated() {
        WorkflowHandle<Calculation, String> handle = start("gate");
        this.probe.awaitReached(handle.workflowId());
        this.replayer.evictAll();
        awaitAttempts(handle, 2);
        this.probe.open(handle.workflowId());
        step();
        assertThat(resultOf(handle)).isEqualTo("passed, poked 0");
        assertThat(markers(handle)).hasSize(1);
    }

    @Test
    void whatRanWhenItsNodeWasDeclaredDeadIsRepeatedAndCountsOnce() {
        WorkflowHandle<Calculation, String> handle = start("gate");
        this.probe.awaitReached(handle.workflowId());
        assertThat(this.jdbc.update("update workflow_node set state = 'DEAD' where state = 'LIVE'")).isOne();
        awaitAttempts(handle, 2);
        this.probe.open(handle.workflowId());
        step();
        assertThat(resultOf(handle)).isEqualTo("passed, poked 0");
        assertThat(markers(handle)).hasSize(1);
    }

    @Test
    void theDescriptionShowsLocalActivitiesThatHaveNotEnded() {
        WorkflowHandle<Calculation, String> handle = start("parallel");
        this.probe.awaitReached(handle.workflowId() + "-a");
        this.probe.awaitReached(handle.workflowId() + "-b");
        assertThat(handle.describe().pendingActivities())
            .extracting(PendingActivity::activityId, PendingActivity::activityType, PendingActivity::attempt)
            .containsExactly(tuple("local-1", "Sums.pass", 1), tuple("local-2", "Sums.pass", 1));
        this.probe.open(handle.workflowId() + "-a");
        await(() -> handle.describe().pendingActivities().size() == 1);
        this.probe.open(handle.workflowId() + "-b");
        step();
        resultOf(handle);
        assertThat(handle.describe().pendingActivities()).isEmpty();
    }

    @Test
    void theDescriptionShowsLocalActivitiesThatWaitForTheirNextAttempt() {
        WorkflowHandle<Calculation, String> flaky = start("flaky");
        this.clock.awaitIdle();
        assertThat(flaky.describe().pendingActivities()).singleElement().satisfies((waiting) -> {
            assertThat(waiting.attempt()).isEqualTo(1);
            assertThat(waiting.lastFailure()).isPresent();
            assertThat(waiting.nextAttemptTime()).isPresent();
        });
        advance(Duration.ofMinutes(1));
        resultOf(flaky);
        WorkflowHandle<Calculation, String> hopeless = start("hopeless");
        this.clock.awaitIdle();
        assertThat(hopeless.describe().pendingActivities()).singleElement()
            .satisfies((waiting) -> assertThat(waiting.nextAttemptTime())
                .hasValueSatisfying((next) -> assertThat(next).isAfter(this.clock.instant())));
        advance(Duration.ofDays(1));
    }

    @Test
    void aRunThatSleptIsDueWhileItsLocalActivityRuns() {
        WorkflowHandle<Calculation, String> handle = start("asleep");
        step();
        assertThat(dueIn(handle)).isGreaterThan(Duration.ofDays(9));
        handle.signal((w) -> w.poke());
        this.probe.awaitReached(handle.workflowId());
        // Whoever finds it without an owner has to repeat what its owner was at.
        assertThat(dueIn(handle)).isLessThanOrEqualTo(Duration.ZERO);
        this.probe.open(handle.workflowId());
        step();
        assertThat(dueIn(handle)).isGreaterThan(Duration.ofDays(9));
        advance(Duration.ofDays(11));
        assertThat(resultOf(handle)).isEqualTo("passed");
    }

    @Test
    void aLocalActivityKnowsItself() {
        WorkflowHandle<Calculation, String> handle = start("info");
        step();
        assertThat(resultOf(handle)).isEqualTo("local-1/1/Sums.info/" + handle.runId() + "-local-1/IllegalState");
    }

    /** Of what notes its gate; one that is given up notes that, too, at some time. */
    private void awaitAttempts(WorkflowHandle<?, ?> handle, int number) {
        await(() -> Collections.frequency(this.probe.notes(handle.workflowId()), handle.workflowId()) == number);
    }

    private Duration dueIn(WorkflowHandle<?, ?> handle) {
        OffsetDateTime due = this.jdbc.queryForObject("select due_at from workflow_task where run_id = ?::uuid",
                OffsetDateTime.class, handle.runId());
        return Duration.between(this.clock.instant(), due.toInstant());
    }

    private WorkflowHandle<Calculation, String> start(String what) {
        String key = anyId().id();
        return this.client.start(Calculation.class, (w) -> w.run(key, what), WorkflowOptions.withId(key));
    }

    private static List<LocalActivityMarkerRecorded> markers(WorkflowHandle<?, ?> handle) {
        return handle.history()
            .stream()
            .filter(LocalActivityMarkerRecorded.class::isInstance)
            .map(LocalActivityMarkerRecorded.class::cast)
            .toList();
    }

    @Activity
    static class Sums {

        private final Probe probe;

        Sums(Probe probe) {
            this.probe = probe;
        }

        public int next(String key, int value) {
            this.probe.note(key, value);
            return value + 1;
        }

        public String pass(String key, String gate) {
            this.probe.note(key, gate);
            try {
                this.probe.pass(gate);
            }
            catch (IllegalStateException ex) {
                this.probe.note(key, Activities.isCanceled() ? "interrupted" : "stuck");
                throw ex;
            }
            return "passed";
        }

        public String flaky() {
            if (Activities.info().attempt() < 3) {
                throw new IllegalStateException("not yet");
            }
            return "attempt " + Activities.info().attempt();
        }

        public void fail(String key, boolean retryable) {
            this.probe.note(key, Activities.info().attempt());
            throw retryable ? ApplicationFailure.of("not at all", "Never")
                    : ApplicationFailure.nonRetryable("not at all", "Never");
        }

        public String info() {
            ActivityInfo info = Activities.info();
            Activities.heartbeat("still here");
            String refused = "";
            try {
                Activities.completeLater();
            }
            catch (IllegalStateException ex) {
                refused = "IllegalState";
            }
            return info.activityId() + "/" + info.attempt() + "/" + info.activityType() + "/" + info.idempotencyKey()
                    + "/" + refused;
        }

    }

    @Workflow
    static class Calculation {

        private final Sums injected;

        private int pokes;

        Calculation(Sums injected) {
            this.injected = injected;
        }

        @WorkflowMethod
        String run(String key, String what) {
            Sums sums = Workflows.localActivities(Sums.class, LocalActivityOptions.defaults());
            return switch (what) {
                case "sequence" -> sequence(sums, key);
                case "parallel" -> parallel(sums, key);
                case "gate" -> sums.pass(key, key) + ", poked " + this.pokes;
                case "flaky" -> sums.flaky();
                case "hopeless" -> fail(key, true,
                        RetryOptions.defaults()
                            .initialInterval(Duration.ofHours(1))
                            .maximumInterval(Duration.ofHours(10))
                            .maximumAttempts(3));
                case "nonRetryable" -> fail(key, false, RetryOptions.defaults());
                case "slow" -> slow(key);
                case "slowInAll" -> slowInAll(key);
                case "cancel" -> cancel(sums, key);
                case "asleep" -> asleep(sums, key);
                case "info" -> sums.info();
                default -> throw ApplicationFailure.of("What is " + what + "?", "Unknown");
            };
        }

        private String sequence(Sums sums, String key) {
            int one = sums.next(key, 0);
            int two = Workflows.localActivities(this.injected, LocalActivityOptions.defaults()).next(key, one);
            return one + "," + two + "," + sums.next(key, two);
        }

        private String parallel(Sums sums, String key) {
            List<String> ended = new ArrayList<>();
            Promise<Void> a = Workflows.async(() -> {
                sums.pass(key, key + "-a");
                ended.add("a");
            });
            Promise<Void> b = Workflows.async(() -> {
                sums.pass(key, key + "-b");
                ended.add("b");
            });
            a.get();
            b.get();
            return String.join(",", ended);
        }

        private String fail(String key, boolean retryable, RetryOptions retry) {
            Workflows.localActivities(Sums.class, LocalActivityOptions.defaults().retry(retry)).fail(key, retryable);
            return "not reached";
        }

        private String slow(String key) {
            LocalActivityOptions options = LocalActivityOptions.defaults()
                .startToCloseTimeout(Duration.ofSeconds(5))
                .retry(RetryOptions.defaults().maximumAttempts(1));
            try {
                return Workflows.localActivities(Sums.class, options).pass(key, key);
            }
            catch (ActivityFailure ex) {
                return (ex.getCause() instanceof TimeoutFailure timeout) ? timeout.kind().name()
                        : String.valueOf(ex.getCause());
            }
        }

        private String slowInAll(String key) {
            LocalActivityOptions options = LocalActivityOptions.defaults()
                .scheduleToCloseTimeout(Duration.ofHours(1))
                .retry(RetryOptions.defaults()
                    .initialInterval(Duration.ofMinutes(20))
                    .backoffCoefficient(3)
                    .maximumInterval(Duration.ofHours(10)));
            try {
                Workflows.localActivities(Sums.class, options).fail(key, true);
                return "not reached";
            }
            catch (ActivityFailure ex) {
                return "failed: " + ex.getCause().getMessage();
            }
        }

        private String cancel(Sums sums, String key) {
            CancellationScope scope = Workflows.cancellationScope();
            Promise<String> passed = scope.async(() -> sums.pass(key, key));
            Workflows.await(() -> this.pokes > 0);
            scope.cancel("not needed");
            try {
                return passed.get();
            }
            catch (ActivityFailure ex) {
                return CanceledFailure.isCancellation(ex) ? "canceled" : "failed";
            }
        }

        private String asleep(Sums sums, String key) {
            Promise<Void> slept = Workflows.timer(Duration.ofDays(10));
            Workflows.await(() -> this.pokes > 0);
            String passed = sums.pass(key, key);
            slept.get();
            return passed;
        }

        @SignalMethod
        void poke() {
            this.pokes++;
        }

        @QueryMethod
        int pokes() {
            return this.pokes;
        }

    }

}

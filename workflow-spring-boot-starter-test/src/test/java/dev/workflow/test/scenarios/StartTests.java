package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.workflow.Activity;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInfo;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.UnknownWorkflowTypeException;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@WorkflowTest(classes = { Probe.class, StartTests.Work.class, StartTests.Gate.class, StartTests.About.class,
        StartTests.Attributes.class })
class StartTests extends ScenarioTests {

    @Autowired
    Probe probe;

    // Ids

    @Test
    void aRunningIdIsRefused() {
        WorkflowOptions options = anyId();
        WorkflowHandle<Gate, String> first = start(options);
        step();
        assertThatExceptionOfType(WorkflowAlreadyStartedException.class).isThrownBy(() -> start(options))
            .satisfies((ex) -> {
                assertThat(ex.workflowId()).isEqualTo(options.id());
                assertThat(ex.runId()).isEqualTo(first.runId());
            });
        finish(first);
    }

    @Test
    void aRunningIdIsUsedOrTerminatedIfTheOptionsSaySo() {
        WorkflowOptions options = anyId();
        WorkflowHandle<Gate, String> first = start(options);
        step();
        WorkflowHandle<Gate, String> same = start(options.idConflictPolicy(IdConflictPolicy.USE_EXISTING));
        assertThat(same.runId()).isEqualTo(first.runId());
        step();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> start(options.idConflictPolicy(IdConflictPolicy.TERMINATE_EXISTING)
                .idReusePolicy(IdReusePolicy.REJECT_DUPLICATE)))
            .withMessageContaining("REJECT_DUPLICATE");
        assertThat(first.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        WorkflowHandle<Gate, String> other = start(options.idConflictPolicy(IdConflictPolicy.TERMINATE_EXISTING));
        assertThat(other.runId()).isNotEqualTo(first.runId());
        assertThat(this.client.workflow(options.id(), first.runId()).describe().status())
            .isEqualTo(WorkflowStatus.TERMINATED);
        finish(other);
    }

    @Test
    void aClosedIdIsUsedAgainAsThePolicySays() {
        WorkflowOptions options = anyId();
        finish(start(options));
        finish(start(options.idReusePolicy(IdReusePolicy.ALLOW_DUPLICATE)));
        assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
            .isThrownBy(() -> start(options.idReusePolicy(IdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)));
        assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
            .isThrownBy(() -> start(options.idReusePolicy(IdReusePolicy.REJECT_DUPLICATE)));
        WorkflowHandle<Gate, String> failed = start(options);
        failed.terminate("so that it failed");
        step();
        finish(start(options.idReusePolicy(IdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)));
    }

    @Test
    void aRequestIdStartsOnce() {
        WorkflowOptions options = anyId();
        String request = "request-" + options.id();
        WorkflowHandle<Gate, String> first = start(options.requestId(request));
        step();
        WorkflowHandle<Gate, String> second = start(options.requestId(request));
        assertThat(second.runId()).isEqualTo(first.runId());
        finish(first);
        WorkflowHandle<Gate, String> third = start(options.requestId(request));
        assertThat(third.runId()).isEqualTo(first.runId());
        WorkflowHandle<Gate, String> withoutId = start(WorkflowOptions.defaults().requestId(request + "-2"));
        WorkflowHandle<Gate, String> again = start(WorkflowOptions.defaults().requestId(request + "-2"));
        assertThat(again.workflowId()).isEqualTo(withoutId.workflowId());
        assertThat(again.runId()).isEqualTo(withoutId.runId());
        finish(withoutId);
    }

    @Test
    void anUnknownTypeIsRefused() {
        assertThatExceptionOfType(UnknownWorkflowTypeException.class)
            .isThrownBy(() -> this.client.start("NoSuchWorkflow", anyId()))
            .withMessageContaining("NoSuchWorkflow")
            .withMessageContaining("Gate");
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.client.workflow("no-such-id").describe());
    }

    // Times

    @Test
    void aStartMayBeDelayed() {
        String key = anyId().id();
        WorkflowHandle<Gate, String> handle = start(WorkflowOptions.withId(key).startDelay(Duration.ofHours(1)));
        advance(Duration.ofMinutes(59));
        assertThat(this.probe.notes(key)).isEmpty();
        advance(Duration.ofMinutes(1));
        assertThat(this.probe.notes(key)).containsExactly("began");
        finish(handle);
    }

    @Test
    void aRunThatTakesTooLongTimesOut() {
        WorkflowHandle<Gate, String> run = start(anyId().runTimeout(Duration.ofHours(1)));
        WorkflowHandle<Gate, String> execution = start(anyId().executionTimeout(Duration.ofHours(2)));
        advance(Duration.ofHours(1));
        assertThat(timeoutKind(run)).isEqualTo(TimeoutFailure.Kind.RUN);
        assertThat(run.describe().status()).isEqualTo(WorkflowStatus.TIMED_OUT);
        assertThat(execution.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        advance(Duration.ofHours(1));
        assertThat(timeoutKind(execution)).isEqualTo(TimeoutFailure.Kind.EXECUTION);
    }

    @Test
    void waitingForAResultEndsWithItsTime() {
        WorkflowHandle<Gate, String> handle = start(anyId());
        step();
        assertThatExceptionOfType(ResultTimeoutException.class).isThrownBy(() -> handle.result(Duration.ofMillis(50)));
        finish(handle);
    }

    @Test
    void aRunInAnotherQueueOfThisNodeGoesOnAsAnyOther() {
        WorkflowHandle<Gate, String> handle = start(anyId().taskQueue("about-queue"));
        step();
        assertThat(handle.describe().taskQueue()).isEqualTo("about-queue");
        finish(handle);
    }

    // What is known of a run

    @Test
    void aRunKnowsItself() {
        WorkflowOptions options = anyId();
        Instant start = this.clock.instant();
        WorkflowHandle<About, List<String>> handle = this.client.start(About.class, (w) -> w.tell(), options);
        step();
        assertThat(resultOf(handle)).containsExactly(options.id(), handle.runId(), "About", "about-queue",
                start.toString(), handle.runId(), "1");
    }

    @Test
    void describeShowsWhatARunWaitsFor() {
        WorkflowOptions options = anyId();
        WorkflowHandle<Gate, String> handle = start(options.memo(Map.of("note", "n", "list", List.of(1, 2)))
            .searchAttributes(Map.of("CustomerId", "c7", "AmountCents", 1_200)));
        step();
        WorkflowDescription description = handle.describe();
        assertThat(description.workflowId()).isEqualTo(options.id());
        assertThat(description.workflowType()).isEqualTo("Gate");
        assertThat(description.taskQueue()).isEqualTo("default");
        assertThat(description.status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(description.startTime()).isEqualTo(this.clock.instant());
        assertThat(description.closeTime()).isEmpty();
        assertThat(description.historyLength()).isEqualTo(handle.history().size());
        assertThat(description.memo()).containsEntry("note", "n").containsEntry("list", List.of(1, 2));
        assertThat(description.searchAttributes()).containsEntry("CustomerId", "c7");
        assertThat(((Number) description.searchAttributes().get("AmountCents")).longValue()).isEqualTo(1_200);
        assertThat(description.pendingActivities()).isEmpty();
        finish(handle);
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(handle.describe().closeTime()).contains(this.clock.instant());
    }

    @Test
    void runsAreListedAndCountedByTheirAttributes() {
        String customer = anyId().id();
        for (int i = 0; i < 5; i++) {
            WorkflowHandle<Gate, String> handle = start(
                    anyId().searchAttributes(Map.of("CustomerId", customer, "AmountCents", i * 100)));
            if (i < 2) {
                finish(handle);
            }
        }
        step();
        String mine = "CustomerId = '" + customer + "'";
        assertThat(this.client.count(mine)).isEqualTo(5);
        assertThat(this.client.count(mine + " AND Status = 'RUNNING' AND AmountCents >= 300")).isEqualTo(2);
        assertThat(this.client.count(mine, "Status")).containsEntry("RUNNING", 3L).containsEntry("COMPLETED", 2L);
        List<WorkflowDescription> listed = this.client.list(mine + " AND WorkflowType = 'Gate' ORDER BY StartTime")
            .toList();
        assertThat(listed).hasSize(5).allSatisfy((run) -> assertThat(run.workflowType()).isEqualTo("Gate"));
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> this.client.count("Status = 'RUNNING'; drop table workflow_execution"));
        this.client.list(mine + " AND Status = 'RUNNING'")
            .toList()
            .forEach((run) -> this.client.workflow(run.workflowId()).signal("open"));
    }

    @Test
    void attributesAndMemoMayBeChangedByTheRun() {
        String key = anyId().id();
        WorkflowHandle<Attributes, Void> handle = this.client.start(Attributes.class, (w) -> {
            w.run(key);
        }, WorkflowOptions.withId(key).searchAttributes(Map.of("Stage", "new", "Gone", "soon")));
        step();
        WorkflowDescription description = handle.describe();
        assertThat(description.searchAttributes()).containsEntry("Stage", "working")
            .containsEntry("Tags", List.of("a", "b"))
            .doesNotContainKey("Gone");
        assertThat(description.memo()).containsEntry("progress", "half");
        assertThat(this.client.count("Stage = 'working' AND Tags = 'a' AND WorkflowId = '" + key + "'")).isEqualTo(1);
        handle.signal((w) -> w.finish());
        step();
        assertThat(handle.describe().searchAttributes()).containsEntry("Stage", "done");
        assertThat(handle.describe().memo()).containsEntry("progress", "half");
    }

    private WorkflowHandle<Gate, String> start(WorkflowOptions options) {
        String key = (options.id() != null) ? options.id() : "anonymous";
        return this.client.start(Gate.class, (w) -> w.run(key), options);
    }

    private void finish(WorkflowHandle<Gate, String> handle) {
        handle.signal((w) -> w.open());
        assertThat(resultOf(handle)).isEqualTo("opened");
        step();
    }

    private static TimeoutFailure.Kind timeoutKind(WorkflowHandle<?, ?> handle) {
        WorkflowFailure failure = catchThrowableOfType(WorkflowFailure.class, () -> handle.result(PATIENCE));
        assertThat(failure.getCause()).isInstanceOf(TimeoutFailure.class);
        return ((TimeoutFailure) failure.getCause()).kind();
    }

    @Activity
    static class Work {

        private final Probe probe;

        Work(Probe probe) {
            this.probe = probe;
        }

        public void note(String key, String what) {
            this.probe.note(key, what);
        }

    }

    @Workflow
    static class Gate {

        private final Work work;

        private boolean open;

        Gate(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        String run(String key) {
            this.work.note(key, "began");
            Workflows.await(() -> this.open);
            return "opened";
        }

        @SignalMethod
        void open() {
            this.open = true;
        }

    }

    @Workflow(taskQueue = "about-queue")
    static class About {

        @WorkflowMethod
        List<String> tell() {
            WorkflowInfo info = Workflows.info();
            return List.of(info.workflowId(), info.runId(), info.workflowType(), info.taskQueue(),
                    info.startTime().toString(), info.firstRunId(), String.valueOf(info.attempt()));
        }

    }

    @Workflow
    static class Attributes {

        private boolean finished;

        @WorkflowMethod
        void run(String key) {
            Map<String, Object> changes = new HashMap<>();
            changes.put("Stage", "working");
            changes.put("Tags", List.of("a", "b"));
            changes.put("Gone", null);
            Workflows.upsertSearchAttributes(changes);
            Workflows.upsertMemo(Map.of("progress", "half"));
            Workflows.await(() -> this.finished);
            Workflows.upsertSearchAttributes(Map.of("Stage", "done"));
        }

        @SignalMethod
        void finish() {
            this.finished = true;
        }

    }

}

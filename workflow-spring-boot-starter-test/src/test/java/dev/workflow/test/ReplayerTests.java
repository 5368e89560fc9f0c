package dev.workflow.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.Activity;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionFailed;
import dev.workflow.payload.FailureInfo;
import dev.workflow.replay.WorkflowTaskFailedException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/** A plain unit test: no application context, no database. */
class ReplayerTests {

    /** As {@code GET /workflows/tea/history?download=true} gave it. */
    private static final String SAVED = """
            [
            {"eventId":1,"eventType":"WorkflowExecutionStarted","eventTime":"2026-11-23T08:00:00Z","format":1,\
            "attributes":{"workflowId":"tea","runId":"0198f3a0-0000-7000-8000-000000000001","workflowType":"Brew",\
            "taskQueue":"default","input":["tea"],"firstExecutionRunId":"0198f3a0-0000-7000-8000-000000000001",\
            "attempt":1,"memo":{},"searchAttributes":{},"priority":3,"header":{}}},
            {"eventId":2,"eventType":"TimerStarted","eventTime":"2026-11-23T08:00:00Z","format":1,\
            "attributes":{"startToFireTimeout":"PT3M"}},
            {"eventId":3,"eventType":"TimerFired","eventTime":"2026-11-23T08:03:00Z","format":1,\
            "attributes":{"startedEventId":2}}
            ]
            """;

    @Test
    void aSavedHistoryIsReplayedByTheCodeAlone() {
        Replayer replayer = Replayer.of(Brew.class);
        assertThatNoException().isThrownBy(() -> replayer.replay(SAVED));
        assertThatNoException().isThrownBy(() -> replayer.replay(EventCodec.fromDocument(SAVED)));
        replayer.evictAll();
    }

    @Test
    void codeThatDiffersIsFound() {
        assertThatExceptionOfType(NonDeterminismException.class)
            .isThrownBy(() -> Replayer.of(ChangedBrew.class).replay(SAVED))
            .withMessageContaining("WF-ND01");
    }

    /** As where {@code workflow.worker.unexpected-exception=fail-run} is set. */
    @Test
    void aRunThatFailedByABugIsReplayed() {
        List<HistoryEvent> saved = new ArrayList<>(EventCodec.fromDocument(SAVED).subList(0, 1));
        Replayer replayer = Replayer.of(SpilledBrew.class);
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(() -> replayer.replay(saved));
        saved.add(failed("java.lang.IllegalStateException"));
        assertThatNoException().isThrownBy(() -> replayer.replay(saved));
        saved.set(1, failed("Expired"));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).as("another failure than the recorded one")
            .isThrownBy(() -> replayer.replay(saved));
    }

    private static WorkflowExecutionFailed failed(String type) {
        return new WorkflowExecutionFailed(2, Instant.parse("2026-11-23T08:00:00Z"),
                FailureInfo.application(type, "spilled", false), null);
    }

    @Test
    void otherDependenciesAreGiven() {
        assertThatNoException()
            .isThrownBy(() -> Replayer.of(List.of(SlowBrew.class), new Times(Map.of("tea", 3))).replay(SAVED));
        assertThatIllegalArgumentException().isThrownBy(() -> Replayer.of(SlowBrew.class))
            .withMessageContaining("Give Replayer.of");
    }

    @Test
    void aTypeThatIsNotThereIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> Replayer.of(Other.class).replay(SAVED))
            .withMessageContaining("'Brew'")
            .withMessageContaining("[Other]");
    }

    @Activity
    interface Kettle {

        String pour(String what, Instant when);

    }

    @Workflow
    static class Brew {

        private final Kettle kettle;

        Brew(Kettle kettle) {
            this.kettle = kettle;
        }

        @WorkflowMethod
        String brew(String what) {
            Workflows.sleep(Duration.ofMinutes(3));
            return this.kettle.pour(what, Workflows.now());
        }

    }

    @Workflow(name = "Brew")
    static class ChangedBrew {

        private final Kettle kettle;

        ChangedBrew(Kettle kettle) {
            this.kettle = kettle;
        }

        @WorkflowMethod
        String brew(String what) {
            return this.kettle.pour(what, Workflows.now());
        }

    }

    @Workflow(name = "Brew")
    static class SpilledBrew {

        @WorkflowMethod
        String brew(String what) {
            throw new IllegalStateException("spilled");
        }

    }

    /** A component that workflow code uses. */
    record Times(Map<String, Integer> minutes) {

        Duration of(String what) {
            return Duration.ofMinutes(this.minutes.get(what));
        }

    }

    @Workflow(name = "Brew")
    static class SlowBrew {

        private final Times times;

        SlowBrew(Times times) {
            this.times = times;
        }

        @WorkflowMethod
        void brew(String what) {
            Workflows.sleep(this.times.of(what));
            Workflows.await(() -> false);
        }

    }

    @Workflow
    static class Other {

        @WorkflowMethod
        void run() {
            Workflows.await(() -> false);
        }

    }

}

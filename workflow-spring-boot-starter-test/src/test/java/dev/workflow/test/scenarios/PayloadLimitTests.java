package dev.workflow.test.scenarios;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.QueryMethod;
import dev.workflow.RetryOptions;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.PayloadTooLargeException;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Whoever brings too much is told at once, where it happens and how much is allowed. */
@WorkflowTest(classes = { Probe.class, PayloadLimitTests.Sizes.class, PayloadLimitTests.Waiting.class,
        PayloadLimitTests.Making.class }, properties = "workflow.payload.max-size=2KB")
class PayloadLimitTests extends ScenarioTests {

    /** Few characters of many bytes. */
    private static final String LARGE = "ä".repeat(1_024);

    @Autowired
    Probe probe;

    @Autowired
    WorkflowService service;

    @Test
    void whatCallersSendIsRefused() {
        String key = anyId().id();
        refused(() -> this.client.start(Waiting.class, (w) -> w.run(LARGE), WorkflowOptions.withId(key)));
        refused(() -> this.client.start(Waiting.class, (w) -> w.run(key),
                WorkflowOptions.withId(key).memo(Map.of("note", LARGE))));
        refused(() -> this.client.signalWithStart(Waiting.class, (w) -> w.go(LARGE), (w) -> w.run(key),
                WorkflowOptions.withId(key)));
        WorkflowHandle<Waiting, String> handle = this.client.start(Waiting.class, (w) -> w.run(key),
                WorkflowOptions.withId(key));
        step();
        refused(() -> handle.signal((w) -> w.go(LARGE)));
        refused(() -> handle.query((w) -> w.echo(LARGE)));
        refused(() -> handle.update((w) -> w.change(LARGE)));
        refused(() -> handle.terminate(LARGE));
        String token = (String) this.probe.notes(key).getFirst();
        refused(() -> this.client.heartbeatActivity(token, LARGE));
        refused(() -> this.client.completeActivity(token, LARGE));
        refused(() -> this.client.completeActivity(key, "2", LARGE));
        assertThat(handle.history()).hasSize(2);
        this.client.completeActivity(token, "done");
        handle.signal((w) -> w.go("on"));
        assertThat(resultOf(handle)).isEqualTo("done, on");
    }

    private static void refused(ThrowingCallable call) {
        assertThatExceptionOfType(PayloadTooLargeException.class).isThrownBy(call)
            .withMessageContaining("at most 2048 are allowed (workflow.payload.max-size)");
    }

    @Test
    void whatWorkflowsAndActivitiesMakeFailsWithoutRetry() {
        for (String what : List.of("argument", "result", "heartbeat", "own result", "memo", "next run")) {
            WorkflowHandle<Making, String> handle = this.client.start(Making.class, (w) -> w.run(what), anyId());
            step();
            assertThatExceptionOfType(WorkflowFailure.class).as(what)
                .isThrownBy(() -> resultOf(handle))
                .havingRootCause()
                .isInstanceOfSatisfying(ApplicationFailure.class,
                        (failure) -> assertThat(failure.type()).isEqualTo("PayloadTooLarge"))
                .withMessageContaining("at most 2048 are allowed");
        }
    }

    /** Nothing was recorded that a replay could fail by: the run waits. */
    @Test
    void aSideEffectThatIsTooLargeBlocksTheRun() {
        WorkflowHandle<Making, String> handle = this.client.start(Making.class, (w) -> w.run("side effect"), anyId());
        step();
        assertThat(this.service.describe(new WorkflowRef(handle.workflowId(), null)).problem())
            .contains("A side effect failed")
            .contains("at most 2048 are allowed");
        handle.terminate("hopeless");
    }

    @Test
    void ofAFailureThatIsTooLargeTheBeginningIsKept() {
        WorkflowHandle<Making, String> handle = this.client.start(Making.class, (w) -> w.run("failure"), anyId());
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingRootCause()
            .isInstanceOfSatisfying(ApplicationFailure.class, (failure) -> {
                assertThat(failure.getMessage()).hasSizeLessThan(33_000)
                    .startsWith("ää")
                    .endsWith("... (69696 more characters)");
                assertThat(failure.detail(0, String.class).orElseThrow()).startsWith("The details were lost: ")
                    .contains("at most 2048 are allowed");
            });
    }

    /** The code of a run that was ended from outside may have come further. */
    @Override
    boolean isReplayable(WorkflowDescription run) {
        return run.status() != WorkflowStatus.TERMINATED;
    }

    @Activity
    static class Sizes {

        private final Probe probe;

        Sizes(Probe probe) {
            this.probe = probe;
        }

        public String outside(String key) {
            this.probe.note(key, Activities.completeLater());
            return "ignored";
        }

        public String make(String what, String argument) {
            switch (what) {
                case "result" -> {
                    return LARGE;
                }
                case "heartbeat" -> Activities.heartbeat(LARGE);
                case "failure" -> throw ApplicationFailure.of(LARGE.repeat(100), "Large", LARGE);
                default -> throw new IllegalArgumentException(what);
            }
            return argument;
        }

    }

    @Workflow
    static class Waiting {

        private final Sizes sizes;

        private final List<String> said = new ArrayList<>();

        Waiting(Sizes sizes) {
            this.sizes = sizes;
        }

        @WorkflowMethod
        String run(String key) {
            String result = this.sizes.outside(key);
            Workflows.await(() -> !this.said.isEmpty());
            return result + ", " + this.said.getFirst();
        }

        @SignalMethod
        void go(String text) {
            this.said.add(text);
        }

        @QueryMethod
        String echo(String text) {
            return text;
        }

        @UpdateMethod
        String change(String text) {
            return text;
        }

    }

    @Workflow
    static class Making {

        private final Sizes sizes;

        Making(Sizes sizes) {
            this.sizes = sizes;
        }

        @WorkflowMethod
        String run(String what) {
            switch (what) {
                case "argument" -> this.sizes.make("argument", LARGE);
                case "side effect" -> Workflows.sideEffect(String.class, () -> LARGE);
                case "own result" -> {
                    return LARGE;
                }
                case "memo" -> Workflows.upsertMemo(Map.of("note", LARGE));
                case "next run" -> Workflows.continueAsNew(LARGE);
                default -> {
                    ActivityOptions once = ActivityOptions.defaults()
                        .retry(RetryOptions.defaults().maximumAttempts(what.equals("failure") ? 1 : 0));
                    return Workflows.withOptions(this.sizes, once).make(what, "small");
                }
            }
            throw new ActivityFailure("nothing was refused", "0", null);
        }

    }

}

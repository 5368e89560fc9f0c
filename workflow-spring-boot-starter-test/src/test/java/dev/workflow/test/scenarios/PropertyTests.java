package dev.workflow.test.scenarios;

import java.time.Duration;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(
        classes = { Probe.class, PropertyTests.Plain.class, PropertyTests.Calls.class, PropertyTests.Buggy.class },
        properties = { "workflow.activity.start-to-close-timeout=3s", "workflow.activity.retry.initial-interval=7s",
                "workflow.activity.retry.backoff-coefficient=1", "workflow.activity.retry.maximum-attempts=2",
                "workflow.worker.unexpected-exception=fail-run" })
class PropertyTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Test
    void defaultsOfActivitiesArePropertiesOfTheApplication() {
        String key = anyId().id();
        WorkflowHandle<Calls, String> handle = this.client.start(Calls.class, (w) -> w.run(key, false),
                WorkflowOptions.withId(key));
        advance(Duration.ofMillis(6_999));
        assertThat(this.probe.notes(key)).hasSize(1);
        advance(Duration.ofMinutes(1));
        assertThat(this.probe.notes(key)).hasSize(2);
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .withCauseInstanceOf(ActivityFailure.class)
            .havingRootCause()
            .withMessage("attempt 2");
    }

    @Test
    void theDefaultTimeoutIsAPropertyOfTheApplication() {
        String key = anyId().id();
        WorkflowHandle<Calls, String> handle = this.client.start(Calls.class, (w) -> w.run(key, true),
                WorkflowOptions.withId(key));
        advance(Duration.ofSeconds(3 + 7 + 3));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingRootCause()
            .isInstanceOfSatisfying(TimeoutFailure.class,
                    (cause) -> assertThat(cause.kind()).isEqualTo(TimeoutFailure.Kind.START_TO_CLOSE));
        assertThat(this.probe.notes(key)).hasSize(2);
    }

    @Test
    void anUnexpectedExceptionFailsTheRunIfThePropertySaysSo() {
        WorkflowHandle<Buggy, String> handle = this.client.start(Buggy.class, (w) -> w.run(), anyId());
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOfSatisfying(ApplicationFailure.class, (cause) -> {
                assertThat(cause.type()).isEqualTo("java.lang.NullPointerException");
                assertThat(cause.getMessage()).isEqualTo("a bug");
            });
    }

    @Activity
    static class Plain {

        private final Probe probe;

        Plain(Probe probe) {
            this.probe = probe;
        }

        public String fail(String key) {
            throw new IllegalStateException("attempt " + this.probe.note(key, "attempt"));
        }

        public String later(String key) {
            this.probe.note(key, Activities.completeLater());
            return "ignored";
        }

    }

    @Workflow
    static class Calls {

        private final Plain plain;

        Calls(Plain plain) {
            this.plain = plain;
        }

        @WorkflowMethod
        String run(String key, boolean later) {
            return later ? this.plain.later(key) : this.plain.fail(key);
        }

    }

    @Workflow
    static class Buggy {

        @WorkflowMethod
        String run() {
            throw new NullPointerException("a bug");
        }

    }

}

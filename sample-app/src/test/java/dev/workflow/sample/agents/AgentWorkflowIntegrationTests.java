package dev.workflow.sample.agents;

import java.time.Duration;
import java.util.List;

import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.sample.SampleTests;
import dev.workflow.sample.agents.Message.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

class AgentWorkflowIntegrationTests extends SampleTests {

    @Test
    void harmlessToolsAreUsedWithoutAskingAnybody() {
        WorkflowHandle<AgentWorkflow, String> handle = start("calculate 6 * 7; read todo; calculate -1.5 / 4");
        assertThat(handle.result(PATIENCE)).isEqualTo("Done: 42; water the plants; -0.375");
        AgentStatus status = handle.query((w) -> w.status());
        assertThat(status).isEqualTo(new AgentStatus(2, List.of(), true));
        List<Message> transcript = handle.query((w) -> w.transcript());
        assertThat(transcript).extracting(Message::role)
            .containsExactly(Role.USER, Role.MODEL, Role.TOOL, Role.TOOL, Role.TOOL, Role.MODEL);
    }

    @Test
    void dangerousToolIsUsedOnceSomebodyHasAgreed() {
        String name = anyId();
        WorkflowHandle<AgentWorkflow, String> handle = start(
                "read todo; write " + name + " milk and tea; read " + name);
        step();
        ToolCall call = new ToolCall("call-2", "write", name + " milk and tea");
        AgentStatus status = handle.query((w) -> w.status());
        assertThat(status).isEqualTo(new AgentStatus(2, List.of(call), false));
        advance(Duration.ofMinutes(59));
        assertThat(notes(name)).isEmpty();
        ToolCall approved = handle.update((w) -> w.approve("call-2", "grace"));
        assertThat(approved).isEqualTo(call);
        assertThat(handle.result(PATIENCE)).isEqualTo("Done: water the plants; wrote " + name + "; milk and tea");
        assertThat(notes(name)).containsExactly("milk and tea");
    }

    @Test
    void modelIsToldOfARejectionAndGoesOn() {
        String name = anyId();
        WorkflowHandle<AgentWorkflow, String> handle = start("write " + name + " milk; read todo");
        step();
        handle.update((w) -> w.reject("call-1", "we have milk"));
        assertThat(handle.result(PATIENCE)).isEqualTo("Done: not allowed: we have milk; water the plants");
        assertThat(notes(name)).isEmpty();
    }

    @Test
    void callOnWhichNobodyDecidesInTimeIsNotMade() {
        WorkflowHandle<AgentWorkflow, String> handle = start("delete todo");
        advance(Duration.ofHours(1));
        assertThat(handle.result(PATIENCE)).isEqualTo("Done: not allowed: nobody decided within PT1H");
        assertThat(notes("todo")).containsExactly("water the plants");
    }

    @Test
    void decisionAboutAnotherCallIsRefused() {
        WorkflowHandle<AgentWorkflow, String> handle = start("delete todo; delete todo");
        step();
        assertRefused(handle, "call-2", "No call 'call-2' waits for a decision, but [call-1]");
        assertRefused(handle, null, "No call 'null' waits");
        advance(Duration.ofHours(1));
        assertRefused(handle, "call-1", "No call 'call-1' waits for a decision, but [call-2]");
        advance(Duration.ofHours(1));
        assertThat(handle.result(PATIENCE)).contains("not allowed");
        assertThat(notes("todo")).containsExactly("water the plants");
    }

    private static void assertRefused(WorkflowHandle<AgentWorkflow, ?> handle, String callId, String reason) {
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update((w) -> w.approve(callId, "grace")))
            .withMessageContaining(reason)
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue());
    }

    @Test
    void modelIsToldWhatFailedAndWhatDoesNotExist() {
        WorkflowHandle<AgentWorkflow, String> handle = start("calculate 1 / 0; calculate tea; fly to the moon; read");
        assertThat(handle.result(PATIENCE)).isEqualTo("Done: failed: Division by zero; "
                + "failed: calculate: expected two numbers and one of + - * / between them, given tea; "
                + "there is no tool fly; failed: name: expected at least one visible character, given \"\"");
    }

    @Test
    void modelThatNeverAnswersIsAskedOnlySoOften() {
        ApplicationFailure failure = failureOf(start("read todo; again"));
        assertThat(failure.type()).isEqualTo("TooManyTurns");
        assertThat(failure).hasMessage("The model has no answer after 10 turns");
    }

    @Test
    void canceledAgentStopsWaiting() {
        WorkflowHandle<AgentWorkflow, String> handle = start("delete todo");
        step();
        handle.cancel();
        assertThat(catchThrowable(() -> handle.result(PATIENCE))).isNotNull();
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(notes("todo")).containsExactly("water the plants");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "", " ", "read a\0b" })
    void invalidTaskFailsForGood(String task) {
        ApplicationFailure failure = failureOf(startOverRest("AgentWorkflow", anyId(), task));
        assertThat(failure.type()).isEqualTo("InvalidTask");
        assertThat(failure.isNonRetryable()).isTrue();
    }

    @Test
    void taskWithoutStepsIsDoneAtOnce() {
        assertThat(start(";").result(PATIENCE)).isEqualTo("Done: ");
    }

    private WorkflowHandle<AgentWorkflow, String> start(String task) {
        return this.client.start(AgentWorkflow.class, (w) -> w.work(task), WorkflowOptions.withId(anyId()));
    }

    private List<String> notes(String name) {
        return this.jdbc.sql("select text from note where name = ?").param(name).query(String.class).list();
    }

}

package dev.workflow.cookbook.dsl;

import java.util.List;
import java.util.Map;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DslTests extends CookbookTests {

    private static final String PROGRAM = """
            {"sequence": [
                {"parallel": [
                    {"call": {"activity": "Words.upper", "arguments": ["a"], "result": "x"}},
                    {"call": {"activity": "Words.upper", "arguments": ["b"], "result": "y"}}]},
                {"call": {"activity": "Words.join", "arguments": ["x", "y"], "result": "both"}},
                {"call": {"activity": "Words.length", "arguments": ["both"], "result": "length"}}]}
            """;

    @Test
    void programIsInterpreted() {
        Statement program = JsonMapper.shared().readValue(PROGRAM, Statement.class);
        WorkflowHandle<InterpreterWorkflow, Map<String, Object>> handle = this.client.start(InterpreterWorkflow.class,
                (w) -> w.run(program, Map.of("a", "tea", "b", "pot")), anyId());
        assertThat(handle.result(PATIENCE)).containsEntry("both", "TEAPOT").containsEntry("length", 6);
        assertThat(eventTypes(handle)).startsWith("WorkflowExecutionStarted", "ActivityTaskScheduled",
                "ActivityTaskScheduled");
    }

    @Test
    void programThatMakesNoSenseFails() {
        Statement nothing = new Statement(null, null, null);
        WorkflowHandle<InterpreterWorkflow, Map<String, Object>> handle = this.client.start(InterpreterWorkflow.class,
                (w) -> w.run(new Statement(null, List.of(nothing), null), Map.of()), anyId());
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .havingCause()
            .isInstanceOfSatisfying(ApplicationFailure.class,
                    (failure) -> assertThat(failure.type()).isEqualTo("InvalidProgram"));
    }

}

package dev.workflow.cookbook.dsl;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;

/** Runs workflows that are data: drawn by somebody, or kept in a table. */
@Workflow
public class InterpreterWorkflow {

    private static final ActivityOptions OPTIONS = ActivityOptions.defaults()
        .startToCloseTimeout(Duration.ofSeconds(30));

    private final Map<String, Object> variables = new TreeMap<>();

    /** Returns all variables as they are in the end. */
    @WorkflowMethod
    public Map<String, Object> run(Statement program, Map<String, Object> input) {
        this.variables.putAll(input);
        execute(program);
        return this.variables;
    }

    private void execute(Statement statement) {
        if (statement.call() != null) {
            call(statement.call());
        }
        else if (statement.sequence() != null) {
            statement.sequence().forEach(this::execute);
        }
        else if (statement.parallel() != null) {
            List<Promise<Void>> branches = statement.parallel()
                .stream()
                .map((branch) -> Workflows.async(() -> execute(branch)))
                .toList();
            Promise.allOf(branches).get();
        }
        else {
            throw ApplicationFailure.nonRetryable("A statement has a call, a sequence or a parallel", "InvalidProgram");
        }
    }

    private void call(Statement.Call call) {
        Object[] arguments = call.arguments().stream().map(this::value).toArray();
        this.variables.put(call.result(), Workflows.activity(call.activity(), Object.class, OPTIONS, arguments));
    }

    private Object value(String variable) {
        Object value = this.variables.get(variable);
        if (value == null) {
            throw ApplicationFailure.nonRetryable("There is no variable " + variable, "InvalidProgram");
        }
        return value;
    }

}

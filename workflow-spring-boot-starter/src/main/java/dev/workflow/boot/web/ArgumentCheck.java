package dev.workflow.boot.web;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.workflow.Arguments;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.payload.PayloadException;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowDefinition.Handler;
import org.jspecify.annotations.Nullable;

/**
 * Refuses arguments that do not fit, where the code that takes them is in this
 * application. What is accepted is in the history for good, and a workflow that cannot
 * read it stands still.
 */
final class ArgumentCheck {

    private final WorkflowService workflows;

    private final TypeRegistry types;

    private final PayloadConverter payloads;

    ArgumentCheck(WorkflowService workflows, TypeRegistry types, PayloadConverter payloads) {
        this.workflows = workflows;
        this.types = types;
        this.payloads = payloads;
    }

    void start(String workflowType, Json arguments) {
        WorkflowDefinition definition = this.types.workflow(workflowType);
        if (definition != null) {
            check("Workflow type " + workflowType, definition.workflowMethod(), arguments);
        }
    }

    void signal(String workflowType, String name, Json arguments) {
        WorkflowDefinition definition = this.types.workflow(workflowType);
        if (definition != null) {
            check("Signal " + name, definition.signals().get(name), arguments);
        }
    }

    void signal(WorkflowRef workflow, String name, Json arguments) {
        check(workflow, "Signal " + name, WorkflowDefinition::signals, name, arguments);
    }

    void query(WorkflowRef workflow, String name, Json arguments) {
        check(workflow, "Query " + name, WorkflowDefinition::queries, name, arguments);
    }

    void update(WorkflowRef workflow, String name, Json arguments) {
        check(workflow, "Update " + name, WorkflowDefinition::updates, name, arguments);
    }

    private void check(WorkflowRef workflow, String what, Function<WorkflowDefinition, Map<String, Handler>> handlers,
            String name, Json arguments) {
        WorkflowDefinition definition = definition(workflow);
        if (definition != null) {
            check(what, handlers.apply(definition).get(name), arguments);
        }
    }

    /** By the first event, which costs the same however long the history is. */
    private @Nullable WorkflowDefinition definition(WorkflowRef workflow) {
        List<HistoryEvent> first = this.workflows.history(workflow, 0, 1);
        return (!first.isEmpty() && first.getFirst() instanceof WorkflowExecutionStarted started)
                ? this.types.workflow(started.workflowType()) : null;
    }

    private void check(String what, @Nullable Handler handler, Json arguments) {
        if (handler == null || takesAnything(handler)) {
            return;
        }
        Type[] expected = handler.parameterTypes();
        try {
            this.payloads.decodeArguments(arguments, expected);
        }
        catch (PayloadException ex) {
            throw problem(what, expected, String.valueOf(ex.getMessage()));
        }
        Json[] given = (Json[]) Objects.requireNonNull(this.payloads.decode(arguments, Json[].class));
        if (given.length < expected.length) {
            throw problem(what, expected, given.length + " given");
        }
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] == String.class && !isText(given[i])) {
                throw problem(what, expected,
                        "argument %d of %d: expected a text, found %s".formatted(i + 1, expected.length, given[i]));
            }
        }
    }

    /**
     * The converter takes numbers and booleans for texts, too, which old histories may
     * rely on and a caller may not.
     */
    private static boolean isText(Json value) {
        return value.text().startsWith("\"") || value.isNull();
    }

    private static boolean takesAnything(Handler handler) {
        return handler.parameterTypes().length == 1 && handler.parameterTypes()[0] == Arguments.class;
    }

    private static RestProblem problem(String what, Type[] expected, String reason) {
        String signature = Arrays.stream(expected).map(Type::getTypeName).collect(Collectors.joining(", ", "(", ")"));
        return ProblemType.INVALID_ARGUMENTS.because(what + " takes " + signature + ": " + reason)
            .with("expected", Arrays.stream(expected).map(Type::getTypeName).toList());
    }

}

package dev.workflow.replay;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.workflow.Arguments;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import org.jspecify.annotations.Nullable;

/** What can be called on a run from outside, and which of it is under way. */
final class Handlers {

    private final Run run;

    private final SignalHandlers signals;

    private final UpdateHandlers updates;

    private final QueryHandlers queries;

    private int unfinished;

    Handlers(Run run) {
        this.run = run;
        this.signals = new SignalHandlers(run);
        this.updates = new UpdateHandlers(run);
        this.queries = new QueryHandlers(run);
    }

    /**
     * Registers the methods of the workflow; signals that came before are handled from
     * now on.
     */
    void register(WorkflowDefinition definition, Object instance) {
        this.queries.bind(definition.queries(), instance);
        this.updates.bind(definition.updates(), definition.updateValidators(), instance);
        this.signals.bind(definition.signals(), instance);
    }

    void onSignal(String name, Function<Arguments, ?> handler) {
        this.signals.register(name, Endpoint.of(handler, payloads()));
    }

    void onQuery(String name, Function<Arguments, ?> handler) {
        this.queries.register(name, Endpoint.of(handler, payloads()));
    }

    void onUpdate(String name, Function<Arguments, ?> handler, @Nullable Consumer<Arguments> validator) {
        this.updates.register(name, Endpoint.of(handler, payloads()),
                (validator != null) ? Endpoint.of(answering(validator), payloads()) : null);
    }

    void onAnySignal(BiFunction<String, Arguments, ?> handler) {
        this.signals.registerAny(handler);
    }

    void onAnyQuery(BiFunction<String, Arguments, ?> handler) {
        this.queries.registerAny(handler);
    }

    void onAnyUpdate(BiFunction<String, Arguments, ?> handler, @Nullable BiConsumer<String, Arguments> validator) {
        this.updates.registerAny(handler, validator);
    }

    private static Function<Arguments, ?> answering(Consumer<Arguments> consumer) {
        return (arguments) -> {
            consumer.accept(arguments);
            return "";
        };
    }

    private PayloadConverter payloads() {
        return this.run.settings().payloads();
    }

    /**
     * Starts a handler on a thread of its own, in the root scope.
     * @param header what the message carries
     */
    void start(String name, Map<String, String> header, WorkflowThreads.Body body) {
        this.unfinished++;
        this.run.threads().start(name, this.run.rootScope(), this.run.headerWith(header), () -> {
            try {
                body.run();
            }
            finally {
                this.unfinished--;
            }
        });
    }

    int unfinished() {
        return this.unfinished;
    }

    void signaled(WorkflowExecutionSignaled signal) {
        this.signals.signaled(signal);
    }

    void accepted(WorkflowExecutionUpdateAccepted update) {
        this.updates.accepted(update);
    }

    void failUnansweredUpdates() {
        this.updates.failUnanswered();
    }

    @Nullable FailureInfo validateUpdate(String name, Json input, Map<String, String> header) {
        try (ContextPropagation.Restored context = this.run.restore(header)) {
            return this.updates.validate(name, input);
        }
    }

    Json query(String name, Json input, Map<String, String> header) {
        try (ContextPropagation.Restored context = this.run.restore(header)) {
            return this.queries.answer(name, input, header);
        }
    }

    @Nullable Json queryAfter(RuntimeException failure, String name) {
        return this.queries.answerAfter(failure, name);
    }

}

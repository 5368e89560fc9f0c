package dev.workflow.replay;

import java.util.function.Function;

import dev.workflow.Arguments;
import dev.workflow.payload.DecodedArguments;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.WorkflowDefinition.Handler;
import org.jspecify.annotations.Nullable;

/**
 * Something of a workflow that can be called with stored arguments: a method, or a
 * function given at run time.
 */
@FunctionalInterface
interface Endpoint {

    /**
     * Decodes the arguments.
     * @throws dev.workflow.payload.PayloadException when they do not fit
     */
    Invocation prepare(Json input);

    static Endpoint of(Handler handler, Object instance, PayloadConverter payloads) {
        return input -> {
            @Nullable Object[] arguments = DecodedArguments.of(payloads, input, handler.parameterTypes());
            return () -> handler.invoker().invoke(instance, arguments);
        };
    }

    static Endpoint of(Function<Arguments, ?> function, PayloadConverter payloads) {
        return input -> {
            Arguments arguments = new DecodedArguments(input, payloads);
            return () -> function.apply(arguments);
        };
    }

    /** A call with its arguments. */
    @FunctionalInterface
    interface Invocation {

        @Nullable Object invoke() throws Throwable;

    }

}

package dev.workflow.replay;

import java.lang.reflect.Type;
import java.util.function.Function;

import dev.workflow.Arguments;
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
            @Nullable Object[] arguments = decode(handler, input, payloads);
            return () -> handler.invoker().invoke(instance, arguments);
        };
    }

    static Endpoint of(Function<Arguments, ?> function, PayloadConverter payloads) {
        return input -> {
            Arguments arguments = new DecodedArguments(input, payloads);
            return () -> function.apply(arguments);
        };
    }

    private static @Nullable Object[] decode(Handler handler, Json input, PayloadConverter payloads) {
        Type[] types = handler.parameterTypes();
        if (types.length == 1 && types[0] == Arguments.class) {
            return new @Nullable Object[] { new DecodedArguments(input, payloads) };
        }
        return payloads.decodeArguments(input, types);
    }

    /** A call with its arguments. */
    @FunctionalInterface
    interface Invocation {

        @Nullable Object invoke() throws Throwable;

    }

}

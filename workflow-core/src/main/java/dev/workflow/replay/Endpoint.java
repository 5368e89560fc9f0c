package dev.workflow.replay;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import dev.workflow.Arguments;
import dev.workflow.interceptor.InterceptedCall;
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
    Prepared prepare(Json input);

    static Endpoint of(Handler handler, Object instance, PayloadConverter payloads) {
        return input -> {
            @Nullable Object[] arguments = DecodedArguments.of(payloads, input, handler.parameterTypes());
            if (arguments.length == 1 && arguments[0] instanceof DecodedArguments all) {
                arguments[0] = new MessageArguments(all);
            }
            return new Prepared(nullable(Arrays.asList(arguments)),
                    () -> handler.invoker().invoke(instance, arguments));
        };
    }

    static Endpoint of(Function<Arguments, ?> function, PayloadConverter payloads) {
        return input -> {
            Arguments arguments = new MessageArguments(new DecodedArguments(input, payloads));
            return new Prepared(List.of(arguments), () -> function.apply(arguments));
        };
    }

    @SuppressWarnings("NullAway") // interceptors are told that an argument may be null
    static List<Object> nullable(List<@Nullable Object> values) {
        return values;
    }

    /**
     * A call with its arguments.
     *
     * @param arguments the arguments, as interceptors see them
     * @param target makes the call
     */
    record Prepared(List<Object> arguments, InterceptedCall.Target target) {

        @Nullable Object invoke() throws Throwable {
            return this.target.call();
        }

        /**
         * Whether the call threw this because its arguments, which it decodes itself, do
         * not fit.
         */
        boolean refusedWith(Throwable thrown) {
            return this.arguments.stream()
                .anyMatch((each) -> each instanceof MessageArguments all && all.refusedWith(thrown));
        }

    }

}

package dev.workflow.client;

import java.lang.reflect.Type;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.workflow.Constraints;
import dev.workflow.WorkflowContext;
import dev.workflow.engine.WorkflowService;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.interceptor.InterceptedCall;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.worker.CallRecorder;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;

import dev.workflow.worker.Recorded;

/**
 * What every call of the client and its handles needs.
 *
 * @param service what does the work
 * @param recorder turns lambdas into calls
 * @param payloads encodes arguments and decodes results
 * @param failures encodes and decodes exceptions
 * @param interceptors what is put around each call
 */
record ClientCalls(WorkflowService service, CallRecorder recorder, PayloadConverter payloads, FailureConverter failures,
        List<ClientInterceptor> interceptors) {

    /**
     * As long as anybody waits; longer times are cut to it, so that no sum of times
     * overflows.
     */
    static final Duration FOREVER = Duration.ofDays(3_650);

    ClientCalls {
        interceptors = List.copyOf(interceptors);
    }

    /**
     * Makes a call through the interceptors.
     * @param name the method of the client or handle
     * @param target what it does
     * @param arguments what it was given, of a handle first of all its workflow id
     */
    <T> T call(String name, Supplier<T> target, @Nullable Object... arguments) {
        return send(name, (headers) -> target.get(), arguments);
    }

    /**
     * As {@link #call}, of what carries headers along.
     * @param target what it does, given the headers that the interceptors left
     */
    <T> T send(String name, Function<Map<String, String>, T> target, @Nullable Object... arguments) {
        if (WorkflowContext.isPresent()) {
            throw new IllegalStateException("The client's " + name + " was called by workflow code, where it would be "
                    + "done again on every replay. Call it in an activity, or use Workflows.child or "
                    + "Workflows.external.");
        }
        if (this.interceptors.isEmpty()) {
            return target.apply(Map.of());
        }
        Map<String, String> headers = new LinkedHashMap<>();
        try {
            return cast(InterceptedCall.make(name, nullable(Arrays.asList(arguments)), headers, this.interceptors,
                    ClientInterceptor::intercept, () -> target.apply(Map.copyOf(headers))));
        }
        catch (RuntimeException | Error ex) {
            throw ex;
        }
        catch (Throwable ex) {
            throw new UndeclaredThrowableException(ex, "An interceptor of " + name + " threw a checked exception");
        }
    }

    void run(String name, Runnable target, @Nullable Object... arguments) {
        call(name, () -> {
            target.run();
            return true;
        }, arguments);
    }

    /** The arguments of a call with variable arguments, behind the fixed ones. */
    static @Nullable Object[] flat(@Nullable Object[] variable, Object... fixed) {
        return Stream.concat(Arrays.stream(fixed), Arrays.stream(variable)).toArray();
    }

    Json encode(@Nullable Object[] arguments) {
        return this.payloads.encodeArguments(arguments);
    }

    <T> T decode(@Nullable Json json, Type type) {
        return cast(this.payloads.decode((json != null) ? json : Json.NULL, type));
    }

    /**
     * What the recorded method returns, its type variables resolved by the class it was
     * called on.
     */
    static Type resultType(Recorded recorded, Class<?> workflowClass) {
        return GenericTypeResolver.resolveType(recorded.method().getGenericReturnType(), workflowClass);
    }

    static Duration bounded(Duration timeout) {
        Constraints.notNull("timeout", timeout);
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: expected zero or more, given " + timeout);
        }
        return (timeout.compareTo(FOREVER) > 0) ? FOREVER : timeout;
    }

    @SuppressWarnings({ "unchecked", "NullAway" }) // what a method of the user's returns,
                                                   // which may be null
    static <T> T cast(@Nullable Object value) {
        return (T) value;
    }

    @SuppressWarnings("NullAway") // interceptors are told that an argument may be null
    private static List<Object> nullable(List<@Nullable Object> values) {
        return values;
    }

}

package dev.workflow.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.workflow.interceptor.ActivityInterceptor;
import dev.workflow.interceptor.InterceptedCall;
import dev.workflow.interceptor.Interceptors;

/** Calls activities through their interceptors. */
final class ActivityCalls {

    private ActivityCalls() {
    }

    static @Nullable Object make(Interceptors interceptors, String type, Map<String, String> header,
            ActivityDefinition definition, @Nullable Object[] arguments) throws Throwable {
        if (interceptors.activities().isEmpty()) {
            return definition.invoker().invoke(arguments);
        }
        return InterceptedCall.make(type, nullable(Arrays.asList(arguments)), Collections.unmodifiableMap(header),
                interceptors.activities(), ActivityInterceptor::intercept,
                () -> definition.invoker().invoke(arguments));
    }

    @SuppressWarnings("NullAway") // interceptors are told that an argument may be null
    private static List<Object> nullable(List<@Nullable Object> values) {
        return values;
    }

}

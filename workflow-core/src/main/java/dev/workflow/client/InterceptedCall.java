package dev.workflow.client;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.interceptor.Invocation;
import org.jspecify.annotations.Nullable;

/** A call of the client with the rest of its interceptors in front of it. */
final class InterceptedCall implements Invocation {

    private final String name;

    private final List<Object> arguments;

    private final Map<String, String> headers;

    private final List<ClientInterceptor> interceptors;

    private final Supplier<?> target;

    private InterceptedCall(String name, List<Object> arguments, Map<String, String> headers,
            List<ClientInterceptor> interceptors, Supplier<?> target) {
        this.name = name;
        this.arguments = arguments;
        this.headers = headers;
        this.interceptors = interceptors;
        this.target = target;
    }

    /** Makes the call through all interceptors, the first one outermost. */
    static @Nullable Object make(String name, List<Object> arguments, List<ClientInterceptor> interceptors,
            Supplier<?> target) {
        if (interceptors.isEmpty()) {
            return target.get();
        }
        try {
            return new InterceptedCall(name, Collections.unmodifiableList(arguments), new HashMap<>(), interceptors,
                    target)
                .proceed();
        }
        catch (RuntimeException | Error ex) {
            throw ex;
        }
        catch (Throwable ex) {
            throw new UndeclaredThrowableException(ex, "An interceptor of " + name + " threw a checked exception");
        }
    }

    @Override
    public String name() {
        return this.name;
    }

    @Override
    public List<Object> arguments() {
        return this.arguments;
    }

    @Override
    public Map<String, String> headers() {
        return this.headers;
    }

    @Override
    public @Nullable Object proceed() throws Throwable {
        if (this.interceptors.isEmpty()) {
            return this.target.get();
        }
        List<ClientInterceptor> rest = this.interceptors.subList(1, this.interceptors.size());
        return this.interceptors.getFirst()
            .intercept(new InterceptedCall(this.name, this.arguments, this.headers, rest, this.target));
    }

}

package dev.workflow.interceptor;

import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A call with the rest of its interceptors in front of it; for the engine.
 *
 * @param <I> the type of the interceptors
 */
public final class InterceptedCall<I> implements Invocation {

    private final String name;

    private final List<Object> arguments;

    private final Map<String, String> headers;

    private final List<I> interceptors;

    private final Hook<I> hook;

    private final Target target;

    private InterceptedCall(InterceptedCall<I> before, List<I> rest) {
        this(before.name, before.arguments, before.headers, rest, before.hook, before.target);
    }

    private InterceptedCall(String name, List<Object> arguments, Map<String, String> headers, List<I> interceptors,
            Hook<I> hook, Target target) {
        this.name = name;
        this.arguments = arguments;
        this.headers = headers;
        this.interceptors = interceptors;
        this.hook = hook;
        this.target = target;
    }

    /**
     * Makes a call through all interceptors, the first one outermost.
     * @param name what is called
     * @param arguments its arguments
     * @param headers what travels with it
     * @param interceptors what is put around it
     * @param hook which of their methods
     * @param target the call itself
     * @return what the outermost interceptor returned
     * @throws Throwable what it threw
     */
    public static <I> @Nullable Object make(String name, List<Object> arguments, Map<String, String> headers,
            List<I> interceptors, Hook<I> hook, Target target) throws Throwable {
        if (interceptors.isEmpty()) {
            return target.call();
        }
        return new InterceptedCall<>(name, Collections.unmodifiableList(arguments), headers, interceptors, hook, target)
            .proceed();
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
            return this.target.call();
        }
        List<I> rest = this.interceptors.subList(1, this.interceptors.size());
        return this.hook.around(this.interceptors.getFirst(), new InterceptedCall<>(this, rest));
    }

    /** The method of an interceptor that a call goes through. */
    @FunctionalInterface
    public interface Hook<I> {

        @Nullable Object around(I interceptor, Invocation call) throws Throwable;

    }

    /** What is called behind all interceptors. */
    @FunctionalInterface
    public interface Target {

        @Nullable Object call() throws Throwable;

    }

}

package dev.workflow.interceptor;

import org.jspecify.annotations.Nullable;

/**
 * A bean around each attempt of an activity, on the activity's thread. Several apply in
 * their order.
 */
@FunctionalInterface
public interface ActivityInterceptor {

    /**
     * Is put around one of them.
     * @param attempt what is called
     * @return what the call returns, usually that of {@link Invocation#proceed()}
     * @throws Throwable what the call throws
     */
    @Nullable Object intercept(Invocation attempt) throws Throwable;

}

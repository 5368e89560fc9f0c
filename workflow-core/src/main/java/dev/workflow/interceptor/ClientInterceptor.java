package dev.workflow.interceptor;

import org.jspecify.annotations.Nullable;

/**
 * A bean around each call of the client, on the caller's thread. Several apply in their
 * order.
 */
@FunctionalInterface
public interface ClientInterceptor {

    /**
     * Is put around one of them.
     * @param call what is called
     * @return what the call returns, usually that of {@link Invocation#proceed()}
     * @throws Throwable what the call throws
     */
    @Nullable Object intercept(Invocation call) throws Throwable;

}

package dev.workflow.interceptor;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** A call that an interceptor is put around. */
public interface Invocation {

    /**
     * What is called: the name of a workflow type, activity type, signal, query or
     * update, or a client's method.
     */
    String name();

    /** The arguments, in order, unmodifiable; null among them where null was given. */
    List<Object> arguments();

    /**
     * What travels with the call beside its arguments. Modifiable where the call goes
     * out, and stored with it; where it comes in, what was stored.
     */
    Map<String, String> headers();

    /**
     * Makes the call: the next interceptor's turn, in the end the code itself. To be
     * called at most once.
     * @return what it returned
     * @throws Throwable what it threw
     */
    @Nullable Object proceed() throws Throwable;

}

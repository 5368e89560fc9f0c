package dev.workflow.interceptor;

import java.util.Map;

/**
 * A bean that carries context of the caller's thread, such as a tenant or a trace, into
 * the workflow that it starts or signals and on into its activities and children.
 */
public interface ContextPropagator {

    /**
     * The header with the name of whoever calls. What a client does to a run, such as to
     * terminate it, is recorded under that name.
     */
    String PRINCIPAL = "principal";

    /**
     * The context of the current thread, as headers that are stored with the call. Called
     * on the caller's thread, and on workflow threads.
     */
    Map<String, String> capture();

    /**
     * Puts a context in place on the current thread: a workflow thread, also in replay,
     * or an activity's thread.
     * @param headers what was captured
     * @return is closed on the same thread, to put back what was there before
     */
    AutoCloseable restore(Map<String, String> headers);

}

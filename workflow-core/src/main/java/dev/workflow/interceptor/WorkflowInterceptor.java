package dev.workflow.interceptor;

import org.jspecify.annotations.Nullable;

/**
 * A bean around workflow code, on the workflow's thread. It runs again in replay and
 * obeys the rules of workflow code: deterministic, no I/O, no clock of its own. Several
 * apply in their order. Each method goes on with the call unless it is overridden.
 */
public interface WorkflowInterceptor {

    /** The workflow method: the whole run. */
    default @Nullable Object execute(Invocation run) throws Throwable {
        return run.proceed();
    }

    /** A signal handler. */
    default @Nullable Object signal(Invocation signal) throws Throwable {
        return signal.proceed();
    }

    /** A query handler; off the workflow's history, and so not replayed. */
    default @Nullable Object query(Invocation query) throws Throwable {
        return query.proceed();
    }

    /** An update handler, without its validator. */
    default @Nullable Object update(Invocation update) throws Throwable {
        return update.proceed();
    }

    /** A call of an activity, from the order to the result. */
    default @Nullable Object activity(Invocation call) throws Throwable {
        return call.proceed();
    }

    /** A call of a child workflow, from the order to the result. */
    default @Nullable Object child(Invocation call) throws Throwable {
        return call.proceed();
    }

}

package dev.workflow;

import org.jspecify.annotations.Nullable;

/** Which run the current thread belongs to. */
final class WorkflowThreadBinding {

    private static final ThreadLocal<@Nullable WorkflowContext> CURRENT = new ThreadLocal<>();

    private WorkflowThreadBinding() {
    }

    static @Nullable WorkflowContext context() {
        return CURRENT.get();
    }

    static WorkflowContext required() {
        WorkflowContext context = CURRENT.get();
        if (context == null) {
            throw new IllegalStateException("This call works only in workflow code, on a thread of its run; here ("
                    + Thread.currentThread() + ") there is no run. Threads that workflow code needs are started with "
                    + "Workflows.async.");
        }
        return context;
    }

    static void runAs(WorkflowContext context, Runnable body) {
        WorkflowContext before = CURRENT.get();
        CURRENT.set(context);
        try {
            body.run();
        }
        finally {
            if (before == null) {
                CURRENT.remove();
            }
            else {
                CURRENT.set(before);
            }
        }
    }

}

package dev.workflow.failure;

import org.jspecify.annotations.Nullable;

/**
 * The base of all failures that travel: from activities and children to workflows, from
 * workflows to callers, with message, cause and stack trace. Workflow code that throws
 * one fails its run.
 */
public abstract sealed class WorkflowException extends RuntimeException permits ApplicationFailure, ActivityFailure,
        ChildWorkflowFailure, TimeoutFailure, CanceledFailure, TerminatedFailure, WorkflowFailure {

    protected WorkflowException(@Nullable String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** What failed and, where a cause says it, why. */
    static String failed(String what, @Nullable Throwable cause) {
        if (cause == null) {
            return what + " failed";
        }
        String why = cause.getMessage();
        return what + " failed: " + ((why != null) ? why : cause.getClass().getSimpleName());
    }

}

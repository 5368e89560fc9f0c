package dev.workflow.replay;

import dev.workflow.ActivityOptions;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowContext;

/**
 * Makes the stubs through which workflow code calls activities and records calls of other
 * workflows.
 */
public interface ActivityStubs {

    /**
     * A stub of the activities of this class or interface; its own annotations fill what
     * the options leave open.
     */
    <A> A stub(Class<A> type, ActivityOptions options);

    /** A stub of the same bean as the given injected activity, with other options. */
    <A> A withOptions(A activityBean, ActivityOptions options);

    /** Records the one call that the lambda makes on a workflow. */
    <W> WorkflowContext.RecordedCall record(Class<W> workflowClass, VoidCall<W> call);

}

package dev.workflow.replay;

import java.util.function.Function;

import dev.workflow.ActivityOptions;
import dev.workflow.LocalActivityOptions;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowContext;
import org.jspecify.annotations.Nullable;

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

    /**
     * A stub of a workflow.
     * @param onCall answers a call of its workflow method or of a signal
     */
    <W> W workflow(Class<W> workflowClass, Function<WorkflowContext.RecordedCall, @Nullable Object> onCall);

    /**
     * A stub whose calls are local activities; the annotations fill what the options
     * leave open.
     */
    <A> A localStub(Class<A> type, LocalActivityOptions options);

    /** A stub of the same bean as the given injected activity, its calls local. */
    <A> A localStub(A activityBean, LocalActivityOptions options);

    /** Records the one call that the lambda makes on a workflow. */
    <W> WorkflowContext.RecordedCall record(Class<W> workflowClass, VoidCall<W> call);

}

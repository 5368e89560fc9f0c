package dev.workflow;

/**
 * A child workflow that was started. Used on workflow threads of the run that started it.
 *
 * @param <W> the type of the child
 * @param <R> what the child returns
 */
public interface ChildHandle<W, R> {

    /**
     * Completes when the child has started; fails with a {@code ChildWorkflowFailure}
     * when it could not be, as when its id is in use.
     */
    Promise<WorkflowExecution> started();

    /**
     * Completes with the child's result, or fails with a {@code ChildWorkflowFailure}
     * whose cause says why.
     */
    Promise<R> result();

    /**
     * Signals the child and waits until the signal is on its way.
     * @param call the one call of a signal method
     */
    void signal(VoidCall<W> call);

    /**
     * As {@link #signal(VoidCall)}, by the signal's name.
     * @param name the signal
     * @param args its arguments
     */
    void signal(String name, Object... args);

    /** Requests the cancellation of the child; does nothing once it has ended. */
    void cancel();

}

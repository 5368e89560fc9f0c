package dev.workflow;

/**
 * Another workflow, by its id, as workflow code reaches it: the open run, whoever started
 * it.
 *
 * @param <W> the type of that workflow
 */
public interface ExternalWorkflow<W> {

    /**
     * Signals it and waits until the signal was delivered.
     * @param call the one call of a signal method
     * @throws dev.workflow.failure.WorkflowException when no workflow of that id is open
     */
    void signal(VoidCall<W> call);

    /**
     * As {@link #signal(VoidCall)}, by the signal's name.
     * @param name the signal
     * @param args its arguments
     */
    void signal(String name, Object... args);

    /**
     * Requests its cancellation and waits until the request was delivered.
     * @throws dev.workflow.failure.WorkflowException when no workflow of that id is open
     */
    void cancel();

}

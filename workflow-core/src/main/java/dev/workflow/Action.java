package dev.workflow;

/**
 * A piece of workflow code that returns nothing and may throw: the body of a thread, a
 * scope or a compensation.
 */
@FunctionalInterface
public interface Action {

    /**
     * Runs it, on a workflow thread.
     * @throws Exception whatever the code throws; what that means for the run is decided
     * where the action is used
     */
    void run() throws Exception;

}

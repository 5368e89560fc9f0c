package dev.workflow.client;

/**
 * A workflow type, as people steer it for all nodes. What they do is no part of a
 * transaction of the caller's.
 */
public interface WorkflowTypeHandle {

    /** Its name. */
    String name();

    /**
     * Pauses it: no node begins or goes on with its runs, while activities that were
     * ordered go on. Runs take messages, and what runs may end. Nothing where it is
     * paused already.
     * @param reason why
     */
    void pause(String reason);

    /** Lets it go on; nothing where it is not paused. */
    void unpause();

    /** Whether it is paused. */
    boolean isPaused();

}

package dev.workflow.client;

/**
 * A task queue, as people steer it for all nodes. What they do is no part of a
 * transaction of the caller's.
 */
public interface TaskQueueHandle {

    /** Its name. */
    String name();

    /**
     * Pauses it: no node begins or goes on with its runs, and no node begins activities
     * in it. Runs take messages, and what runs may end. Nothing where it is paused
     * already.
     * @param reason why
     */
    void pause(String reason);

    /** Lets it go on; nothing where it is not paused. */
    void unpause();

    /** Whether it is paused. */
    boolean isPaused();

}

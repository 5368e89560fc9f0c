package dev.workflow.client;

import java.util.OptionalDouble;

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

    /**
     * Limits how many of its activities begin in a second, on all nodes together; after a
     * time without any, at most what may begin in a second begins at once.
     * @param perSecond more than 0, at most 1,000,000
     */
    void limitRate(double perSecond);

    /** Takes that limit away. */
    void unlimitRate();

    /** That limit; empty when there is none. */
    OptionalDouble rateLimit();

    /**
     * Sets its slots on each node, which take effect while it runs: when there are fewer
     * than are taken, what runs may end.
     * @param activitySlots how many of its activities run at once, at least 1
     * @param workflowSlots how many of its runs are brought into memory at once, at least
     * 1
     */
    void slots(int activitySlots, int workflowSlots);

    /** Gives it back the slots that each node has set for it. */
    void resetSlots();

}

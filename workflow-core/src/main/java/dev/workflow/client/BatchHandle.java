package dev.workflow.client;

import java.time.Duration;

/** A batch that was begun. It goes on whether or not anybody holds a handle. */
public interface BatchHandle {

    /** The id of the batch. */
    String batchId();

    /** How far it is. */
    BatchDescription describe();

    /**
     * Waits until it is done, at most so long.
     * @param timeout how long; zero only looks
     * @return how far it is then: look at the state to see whether it is done
     */
    BatchDescription await(Duration timeout);

}

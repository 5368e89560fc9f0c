package dev.workflow.client;

import java.time.Duration;

/** A batch that was begun. It goes on whether or not anybody holds a handle. */
public interface BatchHandle {

    /** The id of the batch. */
    String batchId();

    /** How far it is. */
    BatchDescription describe();

    /**
     * Waits until it has ended, at most so long.
     * @param timeout how long; zero only looks
     * @return how far it is then: look at the state to see whether it has ended
     */
    BatchDescription await(Duration timeout);

    /**
     * Stops it. What it has done stays done, and what it deals with just now is dealt
     * with; nothing if it has ended.
     */
    void stop();

    /**
     * Pauses it. What it deals with just now is dealt with, and nothing more until it is
     * resumed; nothing if it has ended.
     */
    void pause();

    /** Lets it go on; nothing if it is not paused. */
    void resume();

}

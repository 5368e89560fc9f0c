package dev.workflow.test;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The engine's time in a {@link WorkflowTest @WorkflowTest}, and a bean of it. It begins
 * at the present and stands still until the test moves it. Timers, time-outs, pauses
 * between attempts and the times of events follow it; how long a call waits for a result
 * does not.
 */
public interface WorkflowClock extends InstantSource {

    /**
     * Waits until nothing runs, then moves from due instant to due instant, waiting at
     * each until nothing runs.
     * @param by how far; zero only runs what is due
     * @throws IllegalStateException when something still runs after half a minute of real
     * time, saying what
     */
    void advance(Duration by);

    /**
     * Moves on by this much in one step, without waiting before: for an attempt that
     * hangs until it runs out of time. What is due then runs, but in one go.
     * @param by how far
     */
    void skip(Duration by);

    /**
     * Waits until no workflow task is ready and no activity attempt runs.
     * @throws IllegalStateException when something still runs after half a minute of real
     * time, saying what
     */
    void awaitIdle();

}

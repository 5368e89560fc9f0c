package dev.workflow.client;

import java.time.Duration;

import dev.workflow.WorkflowExecution;

/**
 * An update that was accepted.
 *
 * @param <U> what the update returns
 */
public interface UpdateHandle<U> {

    /** The id of the update, unique in the run. */
    String updateId();

    /** The run that accepted it. */
    WorkflowExecution execution();

    /**
     * Waits for the answer, for as long as it takes.
     * @throws UpdateFailedException when its handler failed, or the run ended first
     * @throws WorkflowNotFoundException when the run is deleted first
     * @throws dev.workflow.engine.EngineStoppedException when this application stops
     * first; the update goes on
     * @throws IllegalStateException inside a transaction of the engine's data source with
     * uncommitted work for the run
     */
    U result();

    /**
     * As {@link #result()}, for at most so long.
     * @throws ResultTimeoutException when the time is over first; the update goes on
     */
    U result(Duration timeout);

}

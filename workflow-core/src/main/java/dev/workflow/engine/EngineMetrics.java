package dev.workflow.engine;

import java.time.Duration;

import dev.workflow.client.WorkflowStatus;

/**
 * Hears what the engine does, so that it can be counted and timed. Called on the engine's
 * own threads after the fact, so an implementation must neither block nor throw.
 */
public interface EngineMetrics {

    /** Hears nothing. */
    EngineMetrics NONE = new EngineMetrics() {
    };

    /** A run was started, its start being durable. */
    default void workflowStarted(String workflowType, String taskQueue) {
    }

    /**
     * A run ended.
     * @param workflowType its type
     * @param status how
     * @param duration the time from its start to its end
     */
    default void workflowClosed(String workflowType, WorkflowStatus status, Duration duration) {
    }

    /**
     * A workflow task ended: its run was advanced until it blocked and the transition is
     * durable.
     */
    default void workflowTask(String workflowType, Duration duration) {
    }

    /**
     * A workflow task failed: the code threw unexpectedly, or did something else than its
     * history says.
     */
    default void workflowTaskFailed(String workflowType) {
    }

    /**
     * An attempt of an activity ended.
     * @param activityType the activity's type
     * @param outcome how the attempt ended
     * @param latency the time that the attempt took
     * @param scheduleToStart the time from when the attempt was due to when it began
     */
    default void activity(String activityType, ActivityOutcome.Kind outcome, Duration latency,
            Duration scheduleToStart) {
    }

    /** A run was rebuilt from this many events of its history. */
    default void replay(String workflowType, int events) {
    }

    /** A run that had something to do was still in memory. */
    default void cacheHit() {
    }

    /** A batch of transitions was committed. */
    default void commit(int transitions, Duration duration) {
    }

    /**
     * A workflow type has a concurrency limit, for the first time on this node.
     * @param gauges how it stands from then on
     */
    default void concurrencyLimited(String workflowType, ConcurrencyGauges gauges) {
    }

    /** A transition was refused: its run belongs to another node by now. */
    default void commitRefused() {
    }

}

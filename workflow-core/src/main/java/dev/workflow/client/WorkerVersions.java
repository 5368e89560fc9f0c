package dev.workflow.client;

import org.jspecify.annotations.Nullable;

/**
 * Which builds of the application run the workflows of a task queue, where nodes have a
 * build id ({@code workflow.worker.build-id}). As long as nothing is set for a queue, any
 * node that serves it runs what waits in it.
 * <p>
 * What is set is in the database, for all nodes, which follow within a heartbeat. It
 * concerns new workflows and those that move up; pinned runs stay with their build.
 * Nothing of it joins a transaction of the caller's.
 */
public interface WorkerVersions {

    /** What is set for a task queue, and what its builds have to do. */
    TaskQueueVersions describe(String taskQueue);

    /**
     * Sets the build that runs new workflows and those that move up. A ramp to that build
     * ends with it. A build that no live node has is accepted: what waits for it is kept,
     * and its description says so.
     * @param taskQueue the task queue
     * @param buildId the build; null: any node again, whatever its build, and no ramp
     */
    void setCurrent(String taskQueue, @Nullable String buildId);

    /**
     * Gives a share of the workflows to another build. The share is taken by the workflow
     * id: with a percentage that only grows, a workflow that was once on the ramping
     * build stays there.
     * @param taskQueue the task queue
     * @param buildId the build; null: no ramp
     * @param percentage from 0 to 100
     * @throws IllegalStateException when the queue has no current build
     */
    void setRamp(String taskQueue, @Nullable String buildId, int percentage);

    /**
     * Sets both at once, so that nobody ever sees the one without the other: for a way
     * back, for example, from a build that is the current one to a ramp of it.
     * @param taskQueue the task queue
     * @param currentBuildId the build that gets the rest
     * @param rampingBuildId the build that gets the share; null: no ramp
     * @param percentage from 0 to 100
     */
    void set(String taskQueue, String currentBuildId, @Nullable String rampingBuildId, int percentage);

}

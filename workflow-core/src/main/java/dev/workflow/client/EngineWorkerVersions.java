package dev.workflow.client;

import org.jspecify.annotations.Nullable;

/** The builds of task queues, by calls that go through the client's interceptors. */
final class EngineWorkerVersions implements WorkerVersions {

    private final ClientCalls calls;

    EngineWorkerVersions(ClientCalls calls) {
        this.calls = calls;
    }

    private WorkerVersions versions() {
        return this.calls.service().workerVersions();
    }

    @Override
    public TaskQueueVersions describe(String taskQueue) {
        return this.calls.call("describeWorkerVersions", () -> versions().describe(taskQueue), taskQueue);
    }

    @Override
    public void setCurrent(String taskQueue, @Nullable String buildId) {
        this.calls.run("setCurrentWorkerVersion", () -> versions().setCurrent(taskQueue, buildId), taskQueue, buildId);
    }

    @Override
    public void setRamp(String taskQueue, @Nullable String buildId, int percentage) {
        this.calls.run("setWorkerVersionRamp", () -> versions().setRamp(taskQueue, buildId, percentage), taskQueue,
                buildId, percentage);
    }

    @Override
    public void set(String taskQueue, String currentBuildId, @Nullable String rampingBuildId, int percentage) {
        this.calls.run("setWorkerVersions", () -> versions().set(taskQueue, currentBuildId, rampingBuildId, percentage),
                taskQueue, currentBuildId, rampingBuildId, percentage);
    }

}

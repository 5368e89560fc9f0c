package dev.workflow.boot.web;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.client.TaskQueueVersions;
import dev.workflow.client.WorkerVersions;
import org.jspecify.annotations.Nullable;

/** Remembers what is set. */
final class FakeVersions implements WorkerVersions {

    final List<String> calls = new ArrayList<>();

    @Override
    public TaskQueueVersions describe(String taskQueue) {
        return new TaskQueueVersions(taskQueue, "v1", "v2", 20, List.of(new TaskQueueVersions.Build("v1", 2, 7)));
    }

    @Override
    public void setCurrent(String taskQueue, @Nullable String buildId) {
        this.calls.add("current " + taskQueue + " " + buildId);
    }

    @Override
    public void setRamp(String taskQueue, @Nullable String buildId, int percentage) {
        this.calls.add("ramp " + taskQueue + " " + buildId + " " + percentage);
    }

    @Override
    public void set(String taskQueue, String currentBuildId, @Nullable String rampingBuildId, int percentage) {
        this.calls.add("both " + taskQueue + " " + currentBuildId + " " + rampingBuildId + " " + percentage);
    }

}

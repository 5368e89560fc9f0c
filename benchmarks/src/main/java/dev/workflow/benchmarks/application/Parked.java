package dev.workflow.benchmarks.application;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Waits for a signal and ends with what it brings. */
@Workflow(taskQueue = "benchmark")
public class Parked {

    private String brought = "";

    @WorkflowMethod
    public String run(String payload) {
        Workflows.await(() -> !this.brought.isEmpty());
        return this.brought;
    }

    @SignalMethod
    public void wake(String payload) {
        this.brought = payload;
    }

}

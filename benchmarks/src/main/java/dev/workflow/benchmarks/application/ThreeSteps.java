package dev.workflow.benchmarks.application;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;

/** Workload W1: three activities, one after the other. */
@Workflow(taskQueue = "benchmark")
public class ThreeSteps {

    private final Steps steps;

    ThreeSteps(Steps steps) {
        this.steps = steps;
    }

    @WorkflowMethod
    public String run(String payload) {
        String first = this.steps.pass(payload);
        String second = this.steps.pass(first);
        return this.steps.pass(second);
    }

}

package dev.workflow.benchmarks.application;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;

/** One activity. */
@Workflow(taskQueue = "benchmark")
public class OneStep {

    private final Steps steps;

    OneStep(Steps steps) {
        this.steps = steps;
    }

    @WorkflowMethod
    public String run(String payload) {
        return this.steps.pass(payload);
    }

}

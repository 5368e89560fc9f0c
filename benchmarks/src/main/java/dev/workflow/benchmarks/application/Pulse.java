package dev.workflow.benchmarks.application;

import java.time.Duration;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** A timer and an activity, again and again, until it is told to stop. */
@Workflow(taskQueue = "benchmark")
public class Pulse {

    private final Steps steps;

    private boolean stopped;

    Pulse(Steps steps) {
        this.steps = steps;
    }

    @WorkflowMethod
    public String run(String payload, long millis) {
        while (!Workflows.await(Duration.ofMillis(millis), () -> this.stopped)) {
            this.steps.pass(payload);
        }
        return payload;
    }

    @SignalMethod
    public void stop() {
        this.stopped = true;
    }

}

package dev.workflow.benchmarks.application;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Sleeps until an instant. */
@Workflow(taskQueue = "benchmark")
public class Alarm {

    @WorkflowMethod
    public String run(String id, Instant instant) {
        Workflows.sleep(Duration.between(Workflows.now(), instant));
        return id;
    }

}

package dev.workflow.benchmarks.application;

import java.time.Duration;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Sleeps for so many milliseconds. */
@Workflow(taskQueue = "benchmark")
public class Sleeper {

    private final Bedtimes bedtimes;

    Sleeper(Bedtimes bedtimes) {
        this.bedtimes = bedtimes;
    }

    @WorkflowMethod
    public String run(String id, long millis) {
        this.bedtimes.begins(id, Workflows.now());
        Workflows.sleep(Duration.ofMillis(millis));
        return id;
    }

}

package dev.workflow.benchmarks.application;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.Promise;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Activities in parallel. */
@Workflow(taskQueue = "benchmark")
public class FanOut {

    private final Steps steps;

    FanOut(Steps steps) {
        this.steps = steps;
    }

    /** The sum of 0, 1, …, {@code width - 1}. */
    @WorkflowMethod
    public long run(int width) {
        List<Promise<Integer>> numbers = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            int number = i;
            numbers.add(Workflows.async(() -> this.steps.number(number)));
        }
        return numbers.stream().mapToLong(Promise::get).sum();
    }

}

package dev.workflow.benchmarks.application;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Many activities, one after the other; then it waits to be let go. */
@Workflow(taskQueue = "benchmark")
public class Sequence {

    private final Steps steps;

    private int done;

    private boolean released;

    Sequence(Steps steps) {
        this.steps = steps;
    }

    @WorkflowMethod
    public int run(int length) {
        for (int i = 0; i < length; i++) {
            this.done += (this.steps.number(i) == i) ? 1 : 0;
        }
        Workflows.await(() -> this.released);
        return this.done;
    }

    @SignalMethod
    public void release() {
        this.released = true;
    }

    /** How many activities have returned what they should. */
    @QueryMethod
    public int done() {
        return this.done;
    }

}

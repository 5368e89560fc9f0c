package dev.workflow.sample.greetings;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;

/** Greets somebody. */
@Workflow(taskQueue = "greetings")
public class GreetingWorkflow {

    private final Greetings greetings;

    GreetingWorkflow(Greetings greetings) {
        this.greetings = greetings;
    }

    @WorkflowMethod
    public String greet(String name) {
        return this.greetings.compose("Hello", name);
    }

}

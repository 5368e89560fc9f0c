package dev.workflow.sample.crash;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import org.springframework.context.annotation.Profile;

/** Calls the activity that no process survives. */
@Workflow(taskQueue = "crash")
@Profile("crash")
public class PoisonWorkflow {

    private final Poison poison;

    PoisonWorkflow(Poison poison) {
        this.poison = poison;
    }

    @WorkflowMethod
    public void drink() {
        this.poison.drink();
    }

}

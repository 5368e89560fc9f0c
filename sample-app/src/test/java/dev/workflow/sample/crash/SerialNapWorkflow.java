package dev.workflow.sample.crash;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import org.springframework.context.annotation.Profile;

/** Takes two naps, and says so in the log. */
@Workflow(taskQueue = "crash")
@Profile("crash")
public class SerialNapWorkflow {

    private final Naps naps;

    SerialNapWorkflow(Naps naps) {
        this.naps = naps;
    }

    @WorkflowMethod
    public void sleep(String name, long millis) {
        this.naps.napAloud(name, millis);
        this.naps.napAloud(name, millis);
    }

}

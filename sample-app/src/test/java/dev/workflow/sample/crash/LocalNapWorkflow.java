package dev.workflow.sample.crash;

import java.time.Duration;

import dev.workflow.LocalActivityOptions;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import org.springframework.context.annotation.Profile;

/** Takes two naps where it is; each is told in the log as it begins. */
@Workflow(taskQueue = "crash")
@Profile("crash")
public class LocalNapWorkflow {

    @WorkflowMethod
    public String nap(long millis) {
        Naps naps = Workflows.localActivities(Naps.class,
                LocalActivityOptions.defaults().startToCloseTimeout(Duration.ofSeconds(30)));
        return naps.napAloud("first", 0) + ", " + naps.napAloud("second", millis);
    }

}

package dev.workflow.sample.crash;

import java.time.Duration;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import org.springframework.context.annotation.Profile;

/** Leaves an event in its history at each tick, so that the history shows every pause. */
@Workflow(taskQueue = "crash")
@Profile("crash")
public class TickingWorkflow {

    private final Naps naps;

    TickingWorkflow(Naps naps) {
        this.naps = naps;
    }

    @WorkflowMethod
    public int tick(int ticks, long millis) {
        for (int i = 0; i < ticks; i++) {
            Workflows.sleep(Duration.ofMillis(millis));
            this.naps.nap(millis);
        }
        return ticks;
    }

}

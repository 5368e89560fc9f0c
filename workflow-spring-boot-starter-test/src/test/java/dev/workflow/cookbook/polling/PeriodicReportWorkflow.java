package dev.workflow.cookbook.polling;

import java.time.Duration;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Asks every hour, or sooner when somebody says that it is worth it. */
@Workflow
public class PeriodicReportWorkflow {

    private static final int POLLS_PER_RUN = 100;

    private final ReportPolling polling;

    private boolean askNow;

    PeriodicReportWorkflow(ReportPolling polling) {
        this.polling = polling;
    }

    @WorkflowMethod
    public String fetch(String id) {
        for (int i = 0; i < POLLS_PER_RUN; i++) {
            this.askNow = false;
            String report = this.polling.askOnce(id);
            if (report != null) {
                return report;
            }
            Workflows.await(Duration.ofHours(1), () -> this.askNow);
        }
        return Workflows.continueAsNew(id);
    }

    @SignalMethod
    public void askNow() {
        this.askNow = true;
    }

}

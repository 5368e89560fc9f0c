package dev.workflow.cookbook.polling;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;

@Workflow
public class ReportWorkflow {

    private final ReportPolling polling;

    ReportWorkflow(ReportPolling polling) {
        this.polling = polling;
    }

    @WorkflowMethod
    public String fetch(String id, boolean urgent) {
        return urgent ? this.polling.askFrequently(id) : this.polling.askInfrequently(id);
    }

}

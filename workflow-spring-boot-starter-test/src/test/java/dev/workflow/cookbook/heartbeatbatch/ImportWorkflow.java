package dev.workflow.cookbook.heartbeatbatch;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;

@Workflow
public class ImportWorkflow {

    private final Importing importing;

    ImportWorkflow(Importing importing) {
        this.importing = importing;
    }

    @WorkflowMethod
    public int run(String file) {
        return this.importing.importAll(file);
    }

}

package dev.workflow.cookbook.debounce;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;

import org.springframework.stereotype.Service;

@Service
class Documents {

    private final WorkflowClient workflows;

    Documents(WorkflowClient workflows) {
        this.workflows = workflows;
    }

    /** The first change starts the workflow of the document, the others go to it. */
    void save(String documentId, String text) {
        this.workflows.signalWithStart(IndexWorkflow.class, (w) -> w.changed(text), (w) -> {
            w.collect(documentId);
        }, WorkflowOptions.withId("index-" + documentId));
    }

}

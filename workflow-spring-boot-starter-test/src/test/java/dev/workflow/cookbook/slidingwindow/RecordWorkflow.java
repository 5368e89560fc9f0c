package dev.workflow.cookbook.slidingwindow;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;

/** One record. It reports how it ended, whichever run of its parent is open then. */
@Workflow
public class RecordWorkflow {

    private final RecordProcessing processing;

    RecordWorkflow(RecordProcessing processing) {
        this.processing = processing;
    }

    /** Returns whether it was processed. */
    @WorkflowMethod
    public boolean process(int record) {
        boolean success = tryToProcess(record);
        String parent = Workflows.info().parent().orElseThrow().workflowId();
        Workflows.external(SlidingWindowWorkflow.class, parent).signal((w) -> w.processed(record, success));
        return success;
    }

    private boolean tryToProcess(int record) {
        try {
            this.processing.process(record);
            return true;
        }
        catch (ActivityFailure failure) {
            return false;
        }
    }

}

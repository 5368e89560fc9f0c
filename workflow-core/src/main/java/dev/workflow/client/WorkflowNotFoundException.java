package dev.workflow.client;

/**
 * There is no such workflow, or not the one that the call needs: to be signaled, updated
 * or terminated it has to be open. What was started in a transaction is there once that
 * has committed.
 */
public class WorkflowNotFoundException extends RuntimeException {

    private final String workflowId;

    public WorkflowNotFoundException(String workflowId) {
        this(workflowId,
                "There is no workflow " + workflowId + ", or it has just ended, or its start is not committed yet.");
    }

    public WorkflowNotFoundException(String workflowId, String message) {
        super(message);
        this.workflowId = workflowId;
    }

    /** The id that was looked for. */
    public String workflowId() {
        return this.workflowId;
    }

}

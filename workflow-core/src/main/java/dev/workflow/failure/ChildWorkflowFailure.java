package dev.workflow.failure;

import org.jspecify.annotations.Nullable;

/** A child workflow could not be started or did not complete; the cause says why. */
public final class ChildWorkflowFailure extends WorkflowException {

    private final String workflowType;

    private final String workflowId;

    public ChildWorkflowFailure(String workflowType, String workflowId, @Nullable Throwable cause) {
        super(failed("Child workflow " + workflowId + " (" + workflowType + ")", cause), cause);
        this.workflowType = workflowType;
        this.workflowId = workflowId;
    }

    /** The type of the child. */
    public String workflowType() {
        return this.workflowType;
    }

    /** The workflow id of the child. */
    public String workflowId() {
        return this.workflowId;
    }

}

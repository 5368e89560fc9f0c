package dev.workflow.failure;

import org.jspecify.annotations.Nullable;

/**
 * What a client sees of a workflow that did not complete. The cause says why: what it
 * threw, or a {@link CanceledFailure}, {@link TerminatedFailure} or
 * {@link TimeoutFailure}.
 */
public final class WorkflowFailure extends WorkflowException {

    private final String workflowId;

    private final String workflowType;

    private final @Nullable String runId;

    public WorkflowFailure(String workflowId, String workflowType, @Nullable String runId, @Nullable Throwable cause) {
        super(failed("Workflow " + workflowId + " (" + workflowType + ")", cause), cause);
        this.workflowId = workflowId;
        this.workflowType = workflowType;
        this.runId = runId;
    }

    /** The workflow id. */
    public String workflowId() {
        return this.workflowId;
    }

    /** The type of the workflow. */
    public String workflowType() {
        return this.workflowType;
    }

    /** The run that did not complete; null where it is not known. */
    public @Nullable String runId() {
        return this.runId;
    }

}

package dev.workflow.replay;

/**
 * Workflow code threw something that fails its workflow task, not its run: a bug to be
 * fixed and deployed.
 */
public class WorkflowTaskFailedException extends RuntimeException {

    public WorkflowTaskFailedException(String message, Throwable cause) {
        super(message, cause);
    }

}

package dev.workflow.client;

/**
 * A workflow was not started because its id is taken, by an open run or, where the
 * options say so, by an ended one.
 */
public class WorkflowAlreadyStartedException extends RuntimeException {

    private final String workflowId;

    private final String runId;

    public WorkflowAlreadyStartedException(String workflowId, String runId) {
        super("Workflow " + workflowId + " was started before, as run " + runId
                + ". Use that run, choose another id, or say in the options what is to happen: idConflictPolicy while"
                + " it is open, idReusePolicy once it has ended.");
        this.workflowId = workflowId;
        this.runId = runId;
    }

    /** The id that is taken. */
    public String workflowId() {
        return this.workflowId;
    }

    /** The run that has it. */
    public String runId() {
        return this.runId;
    }

}

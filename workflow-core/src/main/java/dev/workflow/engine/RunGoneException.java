package dev.workflow.engine;

import java.util.UUID;

import dev.workflow.client.WorkflowNotFoundException;

/**
 * A run that somebody waits for is not there any more: apart from a workflow that could
 * not be found in the first place, where it may be right to look for another run of it.
 */
final class RunGoneException extends WorkflowNotFoundException {

    RunGoneException(String workflowId, UUID runId) {
        super(workflowId, "Workflow " + workflowId + " has no run " + runId
                + " any more: it was deleted while somebody waited for it, or before.");
    }

}

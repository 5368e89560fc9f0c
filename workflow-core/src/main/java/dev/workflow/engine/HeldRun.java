package dev.workflow.engine;

import java.util.UUID;

/**
 * A run as a node holds it: what stays the same from its start or claim until it leaves
 * memory.
 *
 * @param runId the run
 * @param workflowId its workflow
 * @param workflowType whose code it runs
 * @param taskQueue where it runs
 * @param owner the incarnation of this node that holds it
 * @param token with the owner the fence of all that is written for it
 * @param version the build that it belongs to
 */
record HeldRun(UUID runId, String workflowId, String workflowType, String taskQueue, long owner, int token,
        RunVersion version) {
}

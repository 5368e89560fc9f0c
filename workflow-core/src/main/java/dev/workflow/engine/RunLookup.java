package dev.workflow.engine;

import java.util.UUID;

import dev.workflow.client.WorkflowNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the run that a caller means: in the caller's own transaction, in this node's
 * memory, or in the database. For any thread; a run that was found may have ended or
 * moved by the time that something is done about it, so whoever does looks again.
 */
final class RunLookup {

    private final WorkflowEngine engine;

    RunLookup(WorkflowEngine engine) {
        this.engine = engine;
    }

    private EngineStore store() {
        return this.engine.store();
    }

    /** The run, which must be open to take something. */
    EngineStore.ExecutionRow open(WorkflowRef workflow) {
        EngineStore.ExecutionRow row = find(workflow);
        requireOpen(row);
        return row;
    }

    void requireOpen(EngineStore.ExecutionRow row) {
        if (row.closedAt() != null) {
            throw new WorkflowNotFoundException(row.workflowId(), "Workflow " + row.workflowId() + " has ended ("
                    + row.status() + ", run " + row.runId() + ") and takes nothing any more.");
        }
    }

    EngineStore.ExecutionRow find(WorkflowRef workflow) {
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        EngineStore.ExecutionRow row = null;
        if (workflow.runId() != null) {
            row = store().execution(runId(workflow.workflowId(), workflow.runId()));
        }
        if (row == null && transaction != null) {
            row = transaction.execution(workflow.workflowId());
        }
        if (row == null && workflow.runId() == null) {
            row = store().execution(workflow.workflowId());
        }
        if (row == null || !row.workflowId().equals(workflow.workflowId())
                || (workflow.runId() != null && !row.runId().toString().equals(workflow.runId()))) {
            throw (workflow.runId() == null) ? new WorkflowNotFoundException(workflow.workflowId())
                    : new WorkflowNotFoundException(workflow.workflowId(), "Workflow " + workflow.workflowId()
                            + " has no run " + workflow.runId() + ", or its start is not committed yet.");
        }
        return row;
    }

    private static UUID runId(String workflowId, String text) {
        try {
            return UUID.fromString(text);
        }
        catch (IllegalArgumentException ex) {
            throw new WorkflowNotFoundException(workflowId,
                    "Workflow " + workflowId + " has no run '" + text + "': a run id is a UUID");
        }
    }

    /** The actor of the run, where it is in this node's memory. */
    @Nullable RunActor resident(WorkflowRef workflow) {
        RunActor actor = this.engine.resident().get(workflow.workflowId());
        boolean same = actor != null && (workflow.runId() == null || workflow.runId().equals(actor.runId().toString()));
        return same ? actor : null;
    }

    String queueOf(WorkflowRef workflow) {
        RunActor actor = resident(workflow);
        return (actor != null) ? actor.taskQueue() : open(workflow).taskQueue();
    }

    /**
     * Refuses what would wait for the transaction of its own caller: for what it has
     * written, or for the lock of the run that it has sent something to.
     */
    void refuseInTransaction(String workflowId, String call) {
        EngineStore.CallerTransaction transaction = store().callerTransaction();
        if (transaction != null && transaction.touched(workflowId)) {
            throw new IllegalStateException("'" + call
                    + "' waits for what only the commit of this transaction makes visible: workflow '" + workflowId
                    + "' was started, signaled or given a result in it. Call it after the commit.");
        }
    }

}

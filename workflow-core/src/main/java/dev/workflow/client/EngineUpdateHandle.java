package dev.workflow.client;

import java.lang.reflect.Type;
import java.time.Duration;

import dev.workflow.WorkflowExecution;
import dev.workflow.engine.UpdateOutcome;

/** An update that the engine accepted. */
final class EngineUpdateHandle<U> implements UpdateHandle<U> {

    private final ClientCalls calls;

    private final Type resultType;

    private final WorkflowExecution execution;

    private volatile UpdateOutcome outcome;

    /**
     * A handle.
     * @param resultType what its handler returns
     * @param workflowId the workflow
     * @param outcome how far it has come
     */
    EngineUpdateHandle(ClientCalls calls, Type resultType, String workflowId, UpdateOutcome outcome) {
        this.calls = calls;
        this.resultType = resultType;
        this.execution = new WorkflowExecution(workflowId, outcome.runId());
        this.outcome = outcome;
    }

    @Override
    public String updateId() {
        return this.outcome.updateId();
    }

    @Override
    public WorkflowExecution execution() {
        return this.execution;
    }

    @Override
    public U result() {
        return result(ClientCalls.FOREVER);
    }

    @Override
    public U result(Duration timeout) {
        Duration bounded = ClientCalls.bounded(timeout);
        return this.calls.call("updateResult", () -> {
            if (this.outcome.stage() == UpdateOutcome.Stage.ACCEPTED) {
                this.outcome = follow(bounded);
            }
            return new Outcomes(this.calls).value(this.outcome, this.resultType);
        }, this.execution.workflowId(), updateId());
    }

    private UpdateOutcome follow(Duration timeout) {
        UpdateOutcome followed = this.calls.service().updateOutcome(this.execution.workflowId(), this.outcome, timeout);
        if (followed.stage() == UpdateOutcome.Stage.ACCEPTED) {
            throw new ResultTimeoutException(this.execution.workflowId(), timeout);
        }
        return followed;
    }

}

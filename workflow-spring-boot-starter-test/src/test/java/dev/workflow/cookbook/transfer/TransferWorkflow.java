package dev.workflow.cookbook.transfer;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;

@Workflow
public class TransferWorkflow {

    private final Accounts accounts;

    TransferWorkflow(Accounts accounts) {
        this.accounts = accounts;
    }

    @WorkflowMethod
    public void transfer(String from, String to, long cents) {
        String id = Workflows.info().workflowId();
        this.accounts.withdraw(id, from, cents);
        try {
            this.accounts.deposit(id, to, cents);
        }
        catch (ActivityFailure failure) {
            Workflows.detachedScope(() -> this.accounts.deposit(id + "-back", from, cents));
            throw failure;
        }
    }

}

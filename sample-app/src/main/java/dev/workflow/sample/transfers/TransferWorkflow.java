package dev.workflow.sample.transfers;

import dev.workflow.Saga;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowException;
import org.jspecify.annotations.Nullable;

/**
 * Moves money in two steps. Each is a transaction of its own that commits together with
 * its record in the history, so it is neither lost nor repeated. The workflow id is the
 * transfer's id.
 */
@Workflow(taskQueue = "transfers")
public class TransferWorkflow {

    private final Accounts accounts;

    TransferWorkflow(Accounts accounts) {
        this.accounts = accounts;
    }

    @WorkflowMethod
    public String transfer(Transfer transfer) {
        check(transfer);
        String id = Workflows.info().workflowId();
        Saga saga = new Saga();
        try {
            this.accounts.withdraw(id, transfer.from(), transfer.amountCents());
            saga.addCompensation(() -> this.accounts.undo(id, transfer.from()));
            this.accounts.deposit(id, transfer.to(), transfer.amountCents());
            return "DONE";
        }
        catch (WorkflowException failure) {
            saga.compensate();
            throw failure;
        }
    }

    private static void check(@Nullable Transfer transfer) {
        if (transfer == null || transfer.from() == null || transfer.to() == null) {
            throw ApplicationFailure.of("A transfer has two accounts, from and to", "InvalidTransfer");
        }
        if (transfer.amountCents() <= 0) {
            throw ApplicationFailure.of("The amount must be positive, but is " + transfer.amountCents(),
                    "InvalidTransfer");
        }
        if (transfer.from().equals(transfer.to())) {
            throw ApplicationFailure.of("Both accounts are " + transfer.from(), "InvalidTransfer");
        }
    }

}

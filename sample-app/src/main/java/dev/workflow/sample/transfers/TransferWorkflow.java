package dev.workflow.sample.transfers;

import dev.workflow.Saga;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.sample.input.InvalidInputException;
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

    /** A transfer that can never be booked fails at once, before anything is done. */
    private static void check(@Nullable Transfer transfer) {
        try {
            Transfer.check(transfer);
        }
        catch (InvalidInputException ex) {
            throw ApplicationFailure.nonRetryable(ex.getMessage(), "InvalidTransfer");
        }
    }

}

package dev.workflow.cookbook.earlyreturn;

import dev.workflow.CompletablePromise;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;

/** Answers as soon as the payment is authorized, and takes its time for the rest. */
@Workflow
public class PaymentWorkflow {

    private final Bank bank;

    private final CompletablePromise<String> authorization = Workflows.promise();

    PaymentWorkflow(Bank bank) {
        this.bank = bank;
    }

    @WorkflowMethod
    public void pay(Payment payment) {
        authorize(payment);
        this.bank.settle(this.authorization.get());
    }

    private void authorize(Payment payment) {
        try {
            this.authorization.complete(this.bank.authorize(payment));
        }
        catch (ActivityFailure failure) {
            this.authorization.completeExceptionally(failure);
            Workflows.await(Workflows::allHandlersFinished); // first the answer, then the
                                                             // end
            throw failure;
        }
    }

    /** Waits for the first step, and fails with it. */
    @UpdateMethod
    public String authorization() {
        return this.authorization.get();
    }

    public record Payment(String account, long cents) {
    }

}

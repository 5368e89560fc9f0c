package dev.workflow.cookbook.earlyreturn;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.Retry;
import dev.workflow.cookbook.earlyreturn.PaymentWorkflow.Payment;
import dev.workflow.failure.ApplicationFailure;

@Activity(startToCloseTimeout = "30s")
public class Bank {

    @ActivityMethod(startToCloseTimeout = "2s", retry = @Retry(initialInterval = "100ms", maximumAttempts = 3))
    public String authorize(Payment payment) {
        if (payment.cents() <= 0) {
            throw ApplicationFailure.nonRetryable("An amount of " + payment.cents() + " cents is declined", "Declined");
        }
        return "authorized-" + payment.account();
    }

    /** Takes a while: the other bank is asked, and asked again. */
    @ActivityMethod(startToCloseTimeout = "30s", retry = @Retry(initialInterval = "1h"))
    public void settle(String authorization) {
        if (Activities.info().attempt() == 1) {
            throw new IllegalStateException("The other bank is closed");
        }
    }

}

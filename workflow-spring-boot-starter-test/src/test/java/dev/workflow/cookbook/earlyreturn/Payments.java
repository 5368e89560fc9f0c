package dev.workflow.cookbook.earlyreturn;

import java.time.Duration;

import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.UpdateHandle;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.cookbook.earlyreturn.PaymentWorkflow.Payment;

import org.springframework.stereotype.Service;

/** What a controller calls. */
@Service
class Payments {

    private final WorkflowClient workflows;

    Payments(WorkflowClient workflows) {
        this.workflows = workflows;
    }

    /** Returns the authorization within seconds; settling takes until tomorrow. */
    String pay(String paymentId, Payment payment) {
        UpdateHandle<String> authorization = this.workflows.updateWithStart(PaymentWorkflow.class,
                (w) -> w.authorization(), (w) -> {
                    w.pay(payment);
                }, options(paymentId));
        return authorization.result(Duration.ofSeconds(10));
    }

    /** Asked again it is the same payment, and after its end none. */
    private static WorkflowOptions options(String paymentId) {
        return WorkflowOptions.withId(paymentId)
            .idConflictPolicy(IdConflictPolicy.USE_EXISTING)
            .idReusePolicy(IdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY);
    }

}

package dev.workflow.cookbook.entity;

import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;

import org.springframework.stereotype.Service;

/** What the rest of the application calls. */
@Service
class Loyalty {

    private final WorkflowClient workflows;

    Loyalty(WorkflowClient workflows) {
        this.workflows = workflows;
    }

    /** The first purchase starts the customer's workflow. */
    long earn(String customer, long points) {
        return this.workflows.updateWithStart(LoyaltyWorkflow.class, (w) -> w.earn(points), (w) -> {
            w.live(LoyaltyWorkflow.State.NEW);
        }, options(customer)).result();
    }

    long points(String customer) {
        return this.workflows.workflow(LoyaltyWorkflow.class, options(customer).id()).query((w) -> w.points());
    }

    private static WorkflowOptions options(String customer) {
        return WorkflowOptions.withId("loyalty-" + customer).idConflictPolicy(IdConflictPolicy.USE_EXISTING);
    }

}

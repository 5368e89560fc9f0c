package dev.workflow.cookbook.outbox;

import java.time.Duration;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Gives the customer an hour to think again. */
@Workflow
public class PurchaseWorkflow {

    private final Warehouse warehouse;

    private boolean withdrawn;

    PurchaseWorkflow(Warehouse warehouse) {
        this.warehouse = warehouse;
    }

    @WorkflowMethod
    public String fulfil(String purchaseId) {
        if (Workflows.await(Duration.ofHours(1), () -> this.withdrawn)) {
            return "withdrawn";
        }
        return this.warehouse.ship(purchaseId);
    }

    @SignalMethod
    public void withdraw() {
        this.withdrawn = true;
    }

}

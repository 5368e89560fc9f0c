package dev.workflow.sample.orders;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes orders. */
@Service
class Orders {

    private final OrderRows rows;

    private final WorkflowClient workflows;

    Orders(OrderRows rows, WorkflowClient workflows) {
        this.rows = rows;
        this.workflows = workflows;
    }

    /**
     * Saves the order and starts its workflow: both, or neither. Returns the workflow id.
     */
    @Transactional
    public String place(Order order) {
        String workflowId = "order-" + order.orderId();
        this.rows.saveAndFlush(new OrderRow(order, workflowId));
        this.workflows.start(OrderWorkflow.class, (w) -> w.fulfil(order), WorkflowOptions.withId(workflowId));
        return workflowId;
    }

}

package dev.workflow.cookbook.outbox;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Purchases {

    private final JdbcClient jdbc;

    private final WorkflowClient workflows;

    Purchases(JdbcClient jdbc, WorkflowClient workflows) {
        this.jdbc = jdbc;
        this.workflows = workflows;
    }

    /** The row and the workflow: both are there when this returns, or neither is. */
    @Transactional
    public void buy(String purchaseId, String customer) {
        this.jdbc.sql("insert into purchase (purchase_id, customer) values (?, ?)")
            .params(purchaseId, customer)
            .update();
        this.workflows.start(PurchaseWorkflow.class, (w) -> w.fulfil(purchaseId), WorkflowOptions.withId(purchaseId));
    }

    /** The row is gone if and only if the workflow will hear of it. */
    @Transactional
    public void withdraw(String purchaseId) {
        this.jdbc.sql("delete from purchase where purchase_id = ?").param(purchaseId).update();
        this.workflows.workflow(PurchaseWorkflow.class, purchaseId).signal((w) -> w.withdraw());
    }

}

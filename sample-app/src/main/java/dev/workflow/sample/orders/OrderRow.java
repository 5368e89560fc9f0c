package dev.workflow.sample.orders;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import org.springframework.data.domain.Persistable;

/** An order as the application keeps it. */
@Entity
@Table(name = "customer_order")
class OrderRow implements Persistable<String> {

    @Id
    @Column(name = "order_id")
    private String orderId;

    @Column(name = "customer")
    private String customer;

    @Column(name = "amount_cents")
    private long amountCents;

    @Column(name = "workflow_id")
    private String workflowId;

    @Transient
    private boolean stored;

    protected OrderRow() {
    }

    OrderRow(Order order, String workflowId) {
        this.orderId = order.orderId();
        this.customer = order.customer();
        this.amountCents = order.amountCents();
        this.workflowId = workflowId;
    }

    @Override
    public String getId() {
        return this.orderId;
    }

    @Override
    public boolean isNew() {
        return !this.stored;
    }

    @PostLoad
    @PostPersist
    void markStored() {
        this.stored = true;
    }

    String workflowId() {
        return this.workflowId;
    }

    String customer() {
        return this.customer;
    }

    long amountCents() {
        return this.amountCents;
    }

}

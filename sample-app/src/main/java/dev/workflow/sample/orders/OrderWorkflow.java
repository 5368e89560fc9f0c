package dev.workflow.sample.orders;

import java.time.Duration;
import java.util.Map;

import dev.workflow.QueryMethod;
import dev.workflow.Saga;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.sample.input.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Fulfils an order: reserves stock, charges, waits for somebody's approval where it is
 * expensive, and ships. When a step fails for good, or the order is canceled, the steps
 * before it are undone.
 */
@Workflow(taskQueue = "orders")
public class OrderWorkflow {

    private static final long NEEDS_APPROVAL_ABOVE_CENTS = 100_000;

    private final Stock stock;

    private final Payments payments;

    private final Shipping shipping;

    private final OrderProperties properties;

    private OrderStatus status = OrderStatus.RECEIVED;

    private @Nullable String approvedBy;

    private @Nullable String newAddress;

    OrderWorkflow(Stock stock, Payments payments, Shipping shipping, OrderProperties properties) {
        this.stock = stock;
        this.payments = payments;
        this.shipping = shipping;
        this.properties = properties;
    }

    @WorkflowMethod
    public Receipt fulfil(Order order) {
        check(order);
        Workflows.upsertSearchAttributes(Map.of("CustomerId", order.customer(), "AmountCents", order.amountCents()));
        Saga saga = new Saga();
        try {
            saga.addCompensation(() -> this.stock.release(order.orderId()));
            this.stock.reserve(order.orderId(), order.items());
            this.status = OrderStatus.RESERVED;
            String chargeId = this.payments.charge(order.orderId(), order.amountCents());
            saga.addCompensation(() -> this.payments.refund(chargeId));
            awaitApproval(order);
            this.status = OrderStatus.SHIPPING;
            String address = (this.newAddress != null) ? this.newAddress : order.address();
            String trackingNumber = this.shipping.ship(order.orderId(), address);
            this.status = OrderStatus.SHIPPED;
            return new Receipt(order.orderId(), chargeId, trackingNumber, address, this.approvedBy);
        }
        catch (WorkflowException failure) {
            this.status = OrderStatus.FAILED;
            saga.compensate();
            throw failure;
        }
    }

    /** An order that can never be fulfilled fails at once, before anything is done. */
    private static void check(@Nullable Order order) {
        try {
            Order.check(order);
        }
        catch (InvalidInputException ex) {
            throw ApplicationFailure.nonRetryable(ex.getMessage(), "InvalidOrder");
        }
    }

    private void awaitApproval(Order order) {
        if (order.amountCents() <= NEEDS_APPROVAL_ABOVE_CENTS) {
            return;
        }
        this.status = OrderStatus.AWAITING_APPROVAL;
        // Recorded, so that a run that waits keeps its deadline when the property
        // changes.
        Duration timeout = Workflows.sideEffect(Duration.class, this.properties::approvalTimeout);
        if (!Workflows.await(timeout, () -> this.approvedBy != null)) {
            throw ApplicationFailure.of("Nobody approved the order within " + timeout, "NotApproved");
        }
    }

    @SignalMethod
    public void approve(String by) {
        this.approvedBy = by;
    }

    @QueryMethod
    public OrderStatus status() {
        return this.status;
    }

    /** Returns the address that the order goes to from now on. */
    @UpdateMethod
    public String changeAddress(String address) {
        this.newAddress = address.strip();
        return this.newAddress;
    }

    @UpdateValidator("changeAddress")
    void checkAddress(@Nullable String address) {
        if (address == null || address.isBlank()) {
            throw new IllegalArgumentException("The address is empty");
        }
        Order.checkAddress(address);
        if (this.status.compareTo(OrderStatus.SHIPPING) >= 0) {
            throw new IllegalArgumentException("It is too late to change the address: the order is " + this.status);
        }
    }

}

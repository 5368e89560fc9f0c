package dev.workflow.sample.orders;

/** How far an order has come. */
public enum OrderStatus {

    RECEIVED, RESERVED, AWAITING_APPROVAL, SHIPPING, SHIPPED, FAILED

}

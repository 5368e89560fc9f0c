package dev.workflow.sample.orders;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.CancellationType;
import dev.workflow.failure.ApplicationFailure;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/**
 * Charges customers, in the application's own database: exactly once. An order that is
 * canceled waits for what becomes of its charge, so that it knows what to refund.
 */
@Activity(startToCloseTimeout = "30s", cancellationType = CancellationType.WAIT_CANCELLATION_COMPLETED)
public class Payments {

    private static final long LIMIT_CENTS = 100_000_000;

    private final JdbcClient jdbc;

    Payments(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns the charge's id. */
    @Transactional
    public String charge(String orderId, long amountCents) {
        if (amountCents <= 0 || amountCents > LIMIT_CENTS) {
            throw ApplicationFailure.nonRetryable("A charge of " + amountCents + " cents is declined", "Declined");
        }
        String chargeId = "charge-" + Activities.info().runId();
        this.jdbc.sql("insert into charge (charge_id, order_id, amount_cents) values (?, ?, ?)")
            .params(chargeId, orderId, amountCents)
            .update();
        return chargeId;
    }

    @Transactional
    public void refund(String chargeId) {
        this.jdbc.sql("update charge set refunded = true where charge_id = ?").param(chargeId).update();
    }

}

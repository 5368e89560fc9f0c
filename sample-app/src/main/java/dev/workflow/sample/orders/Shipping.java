package dev.workflow.sample.orders;

import java.util.concurrent.ThreadLocalRandom;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.Retry;
import dev.workflow.failure.ApplicationFailure;

/**
 * A carrier that often fails and is asked again. It is not part of our transactions, so
 * it may be asked twice for one parcel; the idempotency key, the same in every attempt,
 * lets it answer the same.
 */
@Activity(startToCloseTimeout = "10s", retry = @Retry(initialInterval = "200ms", maximumInterval = "2s"))
public class Shipping {

    private final OrderProperties properties;

    Shipping(OrderProperties properties) {
        this.properties = properties;
    }

    /** Returns the tracking number. */
    public String ship(String orderId, String address) {
        if (address.isBlank()) {
            throw ApplicationFailure.nonRetryable("Order " + orderId + " has no address", "UnknownAddress");
        }
        if (ThreadLocalRandom.current().nextDouble() < this.properties.carrierFailureRate()) {
            throw new IllegalStateException("The carrier does not answer");
        }
        return "parcel-" + Integer.toHexString(Activities.info().idempotencyKey().hashCode());
    }

}

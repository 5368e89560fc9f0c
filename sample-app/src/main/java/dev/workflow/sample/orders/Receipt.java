package dev.workflow.sample.orders;

import org.jspecify.annotations.Nullable;

/**
 * What a customer gets.
 *
 * @param orderId the order's id
 * @param chargeId the charge
 * @param trackingNumber the carrier's number
 * @param address where it went
 * @param approvedBy who approved it, where that was necessary
 */
public record Receipt(String orderId, String chargeId, String trackingNumber, String address,
        @Nullable String approvedBy) {
}

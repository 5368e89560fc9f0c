package dev.workflow.sample.subscriptions;

import java.time.Instant;

/**
 * What a customer may ask about a subscription.
 *
 * @param customer who pays
 * @param plan what for, from the next period on
 * @param periods how many periods were billed
 * @param totalCents what they cost together
 * @param nextBilling when the next period begins
 * @param canceled whether it was canceled
 */
public record BillingInfo(String customer, Plan plan, int periods, long totalCents, Instant nextBilling,
        boolean canceled) {
}

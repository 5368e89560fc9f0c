package dev.workflow.sample.subscriptions;

import java.time.Instant;

import dev.workflow.sample.input.Expect;
import org.jspecify.annotations.Nullable;

/**
 * A subscription, with everything that one run hands to the next.
 *
 * @param customer who pays
 * @param plan what for, from the next period on
 * @param progress how far it has come; null when it begins
 */
public record Subscription(String customer, Plan plan, @Nullable Progress progress) {

    private static final int MAX_CUSTOMER_LENGTH = 500;

    private static final int MAX_PERIODS = 1_000_000;

    private static final long MAX_SECOND = Instant.parse("2200-01-01T00:00:00Z").getEpochSecond();

    /**
     * Refuses what can never be billed.
     * @throws dev.workflow.sample.input.InvalidInputException saying what was expected
     */
    static Subscription checked(@Nullable Subscription given) {
        Subscription subscription = Expect.present("subscription", given);
        Expect.text("customer", subscription.customer, MAX_CUSTOMER_LENGTH);
        Expect.present("plan", subscription.plan);
        Progress progress = subscription.progress;
        if (progress != null) {
            Expect.between("progress.periods", progress.periods, 0, MAX_PERIODS);
            Instant next = Expect.present("progress.nextBilling", progress.nextBilling);
            Expect.between("progress.nextBilling in seconds", next.getEpochSecond(), 0, MAX_SECOND);
        }
        return subscription;
    }

    /**
     * How far a subscription has come.
     *
     * @param periods how many periods were billed
     * @param totalCents what they cost together
     * @param nextBilling when the next period begins
     */
    public record Progress(int periods, long totalCents, Instant nextBilling) {
    }

}

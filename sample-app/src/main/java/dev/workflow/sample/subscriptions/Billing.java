package dev.workflow.sample.subscriptions;

import dev.workflow.Activity;
import dev.workflow.Retry;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Writes invoices into the application's own table. */
@Activity(startToCloseTimeout = "30s", retry = @Retry(initialInterval = "200ms", maximumInterval = "5s"))
public class Billing {

    private final JdbcClient jdbc;

    Billing(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Bills one period and returns what it costs. The row commits together with the
     * record of this result, so no crash bills a period twice. Its key does the same
     * where somebody resets the workflow to before a period that was billed: the invoice
     * stays as it is.
     */
    @Transactional
    public long bill(Invoice invoice) {
        this.jdbc.sql("""
                insert into invoice (subscription_id, first_run_id, period, customer, plan, amount_cents)
                values (?, ?, ?, ?, ?, ?)
                on conflict (subscription_id, first_run_id, period) do nothing
                """)
            .params(invoice.subscriptionId(), invoice.firstRunId(), invoice.period(), invoice.customer(),
                    invoice.plan().name(), priceCents(invoice.plan()))
            .update();
        return this.jdbc
            .sql("select amount_cents from invoice where subscription_id = ? and first_run_id = ? and period = ?")
            .params(invoice.subscriptionId(), invoice.firstRunId(), invoice.period())
            .query(Long.class)
            .single();
    }

    /**
     * The price list is asked here and not in the workflow: a price that changes must not
     * change what a replay does.
     */
    private static long priceCents(Plan plan) {
        return switch (plan) {
            case BASIC -> 500;
            case STANDARD -> 1_000;
            case PREMIUM -> 2_500;
        };
    }

    /**
     * What is billed.
     *
     * @param subscriptionId the workflow id
     * @param firstRunId the first run of the subscription: another subscription of the
     * same id has another one
     * @param period which period, from 1
     * @param customer who pays
     * @param plan what for
     */
    public record Invoice(String subscriptionId, String firstRunId, int period, String customer, Plan plan) {
    }

}

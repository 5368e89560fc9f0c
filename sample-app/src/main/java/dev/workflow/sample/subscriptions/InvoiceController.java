package dev.workflow.sample.subscriptions;

import java.util.List;

import dev.workflow.sample.input.Expect;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows what was billed. */
@RestController
@RequestMapping("/demo/invoices")
class InvoiceController {

    private final JdbcClient jdbc;

    InvoiceController(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @GetMapping
    List<Invoice> invoices(@RequestParam String subscriptionId) {
        Expect.text("subscriptionId", subscriptionId, Integer.MAX_VALUE);
        return this.jdbc.sql("""
                select subscription_id, period, customer, plan, amount_cents from invoice
                where subscription_id = ? order by first_run_id, period
                """).param(subscriptionId).query(Invoice.class).list();
    }

    record Invoice(String subscriptionId, int period, String customer, Plan plan, long amountCents) {
    }

}

package dev.workflow.cookbook.outbox;

import dev.workflow.Activity;

import org.springframework.jdbc.core.simple.JdbcClient;

@Activity(startToCloseTimeout = "30s")
public class Warehouse {

    private final JdbcClient jdbc;

    Warehouse(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public String ship(String purchaseId) {
        String customer = this.jdbc.sql("select customer from purchase where purchase_id = ?")
            .param(purchaseId)
            .query(String.class)
            .single();
        return "shipped to " + customer;
    }

}

package dev.workflow.sample.orders;

import java.util.List;

import dev.workflow.Activity;
import dev.workflow.failure.ApplicationFailure;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** The warehouse, which has a thousand of everything. */
@Activity(startToCloseTimeout = "30s")
public class Stock {

    private static final int AVAILABLE = 1_000;

    private final JdbcClient jdbc;

    Stock(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    public void reserve(String orderId, List<Order.Item> items) {
        for (Order.Item item : items) {
            if (item.quantity() < 1 || item.quantity() > AVAILABLE) {
                throw ApplicationFailure.nonRetryable("There are not " + item.quantity() + " of " + item.sku(),
                        "OutOfStock");
            }
            this.jdbc.sql("""
                    insert into reservation (order_id, sku, quantity) values (?, ?, ?)
                    on conflict (order_id, sku) do update set quantity = reservation.quantity + excluded.quantity
                    """).params(orderId, item.sku(), item.quantity()).update();
        }
    }

    @Transactional
    public void release(String orderId) {
        this.jdbc.sql("delete from reservation where order_id = ?").param(orderId).update();
    }

}

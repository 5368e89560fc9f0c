package dev.workflow.sample.orders;

import java.util.List;

import dev.workflow.sample.input.Expect;
import org.jspecify.annotations.Nullable;

/**
 * What a customer wants.
 *
 * @param orderId the order's id
 * @param customer who ordered
 * @param amountCents the price of everything
 * @param items what was ordered
 * @param address where it goes
 */
public record Order(String orderId, String customer, long amountCents, List<Item> items, String address) {

    /** Far below what an index of the database can hold. */
    private static final int MAX_ID_LENGTH = 100;

    private static final int MAX_TEXT_LENGTH = 500;

    private static final int MAX_ITEMS = 1_000;

    /**
     * Refuses what can never be fulfilled. An order that is only too large for the
     * warehouse or the bank passes: they say so themselves.
     * @throws dev.workflow.sample.input.InvalidInputException saying what was expected
     */
    static void check(@Nullable Order given) {
        Order order = Expect.present("order", given);
        Expect.text("orderId", order.orderId, MAX_ID_LENGTH);
        Expect.text("customer", order.customer, MAX_TEXT_LENGTH);
        Expect.between("amountCents", order.amountCents, 1, Long.MAX_VALUE);
        checkAddress(order.address);
        List<Item> items = Expect.present("items", order.items);
        Expect.between("items.length", items.size(), 0, MAX_ITEMS);
        for (int i = 0; i < items.size(); i++) {
            String name = "items[" + i + "]";
            Item item = Expect.present(name, items.get(i));
            Expect.text(name + ".sku", item.sku, MAX_ID_LENGTH);
            Expect.between(name + ".quantity", item.quantity, 1, Integer.MAX_VALUE);
        }
    }

    static void checkAddress(String address) {
        Expect.text("address", address, MAX_TEXT_LENGTH);
    }

    /**
     * One kind of thing.
     *
     * @param sku what
     * @param quantity how many
     */
    public record Item(String sku, int quantity) {
    }

}

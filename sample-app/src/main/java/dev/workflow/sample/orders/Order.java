package dev.workflow.sample.orders;

import java.util.List;

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

    /**
     * One kind of thing.
     *
     * @param sku what
     * @param quantity how many
     */
    public record Item(String sku, int quantity) {
    }

}

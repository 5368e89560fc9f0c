package dev.workflow.sample.transfers;

/**
 * An order to move money.
 *
 * @param from the account that pays
 * @param to the account that is paid
 * @param amountCents how much
 */
public record Transfer(String from, String to, long amountCents) {
}

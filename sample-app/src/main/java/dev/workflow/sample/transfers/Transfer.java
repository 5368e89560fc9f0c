package dev.workflow.sample.transfers;

import dev.workflow.sample.input.Expect;
import dev.workflow.sample.input.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * An order to move money.
 *
 * @param from the account that pays
 * @param to the account that is paid
 * @param amountCents how much
 */
public record Transfer(String from, String to, long amountCents) {

    private static final int MAX_ACCOUNT_LENGTH = 100;

    /**
     * Refuses what can never be booked. Whether there are such accounts, and enough money
     * in them, is known when it is booked.
     * @throws InvalidInputException saying what was expected
     */
    static void check(@Nullable Transfer given) {
        Transfer transfer = Expect.present("transfer", given);
        Expect.text("from", transfer.from, MAX_ACCOUNT_LENGTH);
        Expect.text("to", transfer.to, MAX_ACCOUNT_LENGTH);
        Expect.between("amountCents", transfer.amountCents, 1, Long.MAX_VALUE);
        if (transfer.from.equals(transfer.to)) {
            throw new InvalidInputException("to", "another account than from", transfer.to);
        }
    }
}

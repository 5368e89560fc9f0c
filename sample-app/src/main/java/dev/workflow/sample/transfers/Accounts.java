package dev.workflow.sample.transfers;

import dev.workflow.Activity;
import dev.workflow.CancellationType;
import dev.workflow.Retry;
import dev.workflow.failure.ApplicationFailure;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/**
 * The accounts and their ledger. Nothing here remembers what an attempt has done: these
 * are transactional activities, whose changes commit if and only if their result is
 * recorded. The key of the ledger only refuses a second transfer of the same id. A
 * transfer that is canceled waits for what becomes of a booking that it has ordered, so
 * that it knows what there is to undo.
 */
@Activity(startToCloseTimeout = "30s", cancellationType = CancellationType.WAIT_CANCELLATION_COMPLETED,
        retry = @Retry(initialInterval = "200ms", maximumInterval = "5s"))
public class Accounts {

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    public void withdraw(String transferId, String account, long amountCents) {
        int paid = this.jdbc.sql("""
                update account set balance_cents = balance_cents - :amount
                where account = :account and balance_cents >= :amount
                """).param("amount", amountCents).param("account", account).update();
        if (paid == 0) {
            throw ApplicationFailure.nonRetryable(
                    "Account " + account + " does not exist or has less than " + amountCents + " cents", "NotCovered");
        }
        book(transferId, account, -amountCents);
    }

    @Transactional
    public void deposit(String transferId, String account, long amountCents) {
        if (add(account, amountCents) == 0) {
            throw ApplicationFailure.nonRetryable("Account " + account + " does not exist", "UnknownAccount");
        }
        book(transferId, account, amountCents);
    }

    /** Takes a booking back, as if it had never been. */
    @Transactional
    public void undo(String transferId, String account) {
        this.jdbc.sql("delete from ledger where transfer_id = ? and account = ? returning amount_cents")
            .params(transferId, account)
            .query(Long.class)
            .optional()
            .ifPresent((amount) -> add(account, -amount));
    }

    private int add(String account, long amountCents) {
        return this.jdbc.sql("update account set balance_cents = balance_cents + ? where account = ?")
            .params(amountCents, account)
            .update();
    }

    private void book(String transferId, String account, long amountCents) {
        int booked = this.jdbc.sql("""
                insert into ledger (transfer_id, account, amount_cents) values (?, ?, ?)
                on conflict (transfer_id, account) do nothing
                """).params(transferId, account, amountCents).update();
        if (booked == 0) {
            throw ApplicationFailure.nonRetryable(
                    "Transfer " + transferId + " has a booking of account " + account + " already", "AlreadyBooked");
        }
    }

}

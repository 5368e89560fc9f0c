package dev.workflow.cookbook.transfer;

import dev.workflow.Activity;
import dev.workflow.CancellationType;
import dev.workflow.failure.ApplicationFailure;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Each booking commits together with the record of its result: both, or neither. */
@Activity(startToCloseTimeout = "30s", cancellationType = CancellationType.WAIT_CANCELLATION_COMPLETED)
public class Accounts {

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    public void withdraw(String transferId, String account, long cents) {
        int paid = this.jdbc.sql("""
                update account set balance_cents = balance_cents - :cents
                where account = :account and balance_cents >= :cents
                """).param("cents", cents).param("account", account).update();
        if (paid == 0) {
            throw ApplicationFailure.nonRetryable(account + " does not have " + cents + " cents", "NotCovered");
        }
        book(transferId, account, -cents);
    }

    @Transactional
    public void deposit(String transferId, String account, long cents) {
        int paid = this.jdbc.sql("update account set balance_cents = balance_cents + ? where account = ?")
            .params(cents, account)
            .update();
        if (paid == 0) {
            throw ApplicationFailure.nonRetryable("There is no account " + account, "UnknownAccount");
        }
        book(transferId, account, cents);
    }

    private void book(String transferId, String account, long cents) {
        this.jdbc.sql("insert into ledger (transfer_id, account, amount_cents) values (?, ?, ?)")
            .params(transferId, account, cents)
            .update();
    }

}

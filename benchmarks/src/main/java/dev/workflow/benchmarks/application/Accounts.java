package dev.workflow.benchmarks.application;

import dev.workflow.Activity;
import dev.workflow.benchmarks.Transfers;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** Rows of the application's own. */
@Activity(startToCloseTimeout = "30s")
public class Accounts {

    private final JdbcTemplate jdbc;

    Accounts(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    public void change(String transfer, int account, long amount) {
        this.jdbc.update(Transfers.CHANGE, amount, account);
        this.jdbc.update(Transfers.BOOK, transfer, account, amount);
    }

}

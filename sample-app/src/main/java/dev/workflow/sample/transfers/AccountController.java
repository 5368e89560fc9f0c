package dev.workflow.sample.transfers;

import java.util.List;

import dev.workflow.sample.input.Expect;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows the accounts and what was booked. */
@RestController
@RequestMapping("/demo")
class AccountController {

    private final JdbcClient jdbc;

    AccountController(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @GetMapping("/accounts")
    Balances accounts() {
        List<Account> accounts = this.jdbc.sql("select account, balance_cents from account order by account")
            .query(Account.class)
            .list();
        return new Balances(accounts, accounts.stream().mapToLong(Account::balanceCents).sum());
    }

    @GetMapping("/ledger")
    List<Booking> ledger(@RequestParam String transferId) {
        Expect.text("transferId", transferId, Integer.MAX_VALUE);
        return this.jdbc
            .sql("select transfer_id, account, amount_cents from ledger where transfer_id = ? order by amount_cents")
            .param(transferId)
            .query(Booking.class)
            .list();
    }

    record Account(String account, long balanceCents) {
    }

    record Balances(List<Account> accounts, long sumCents) {
    }

    record Booking(String transferId, String account, long amountCents) {
    }

}

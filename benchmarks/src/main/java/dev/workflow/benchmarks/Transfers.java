package dev.workflow.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Transfers between accounts, for all contenders alike: which accounts a payload means,
 * their tables, and what must be true of them afterwards.
 */
public final class Transfers {

    private static final int ACCOUNTS = 10_000;

    /** Takes one cent or brings one: amount, account. */
    public static final String CHANGE = "update benchmark_account set balance = balance + ? where id = ?";

    /** Books it: transfer, account, amount. */
    public static final String BOOK = "insert into benchmark_ledger (transfer, account, amount) values (?, ?, ?)";

    private Transfers() {
    }

    static void prepare(Database database) {
        database.execute("create table benchmark_account (id int primary key, balance bigint not null)"
                + " with (fillfactor = 80)");
        database.execute(
                "insert into benchmark_account select i, 1000000 from generate_series(0, " + (ACCOUNTS - 1) + ") i");
        database.execute("""
                create table benchmark_ledger (transfer text not null, account int not null, amount bigint not null,
                primary key (transfer, account))""");
    }

    /** Changes one account and books it, in the transaction that the connection has. */
    public static void change(Connection connection, String transfer, int account, long amount) throws SQLException {
        try (PreparedStatement change = connection.prepareStatement(CHANGE);
                PreparedStatement book = connection.prepareStatement(BOOK)) {
            change.setLong(1, amount);
            change.setInt(2, account);
            change.executeUpdate();
            book.setString(1, transfer);
            book.setInt(2, account);
            book.setLong(3, amount);
            book.executeUpdate();
        }
    }

    public static int from(String payload) {
        return Math.floorMod(payload.hashCode() * 7919, ACCOUNTS);
    }

    public static int to(String payload) {
        return (from(payload) + ACCOUNTS / 2) % ACCOUNTS;
    }

    /** Never lost, never twice. */
    static void verify(Database database, long transfers) {
        Check.count("cents", ACCOUNTS * 1_000_000L, database.number("select sum(balance) from benchmark_account"));
        Check.count("ledger rows", 2 * transfers, database.number("select count(*) from benchmark_ledger"));
        Check.count("transfers", transfers, database.number("select count(distinct transfer) from benchmark_ledger"));
        Check.count("accounts that differ from their ledger", 0, database.number("""
                select count(*) from benchmark_account a
                left join (select account, sum(amount) as sum from benchmark_ledger group by account) l
                on l.account = a.id where a.balance <> 1000000 + coalesce(l.sum, 0)"""));
    }

}

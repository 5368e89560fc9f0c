package dev.workflow.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/**
 * The transfers' own transactions and nothing else: two commits on a pool of Boot's
 * default size, without an engine, a history or a recovery. What remains of a second
 * after them is all that an engine can be fast with.
 */
final class BareTransfers implements Contender {

    static final String NAME = "bare-transactions";

    private static final int POOL = 10;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Session open(Database database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(POOL);
        return new Bare(new HikariDataSource(config));
    }

    @Override
    public void verify(Database database, long workflows) {
        // There is no workflow: the accounts and their ledger say everything.
    }

    @Override
    public void verifySteps(Database database, long workflows, long steps) {
        database.require("bookings", steps, "select count(*) from benchmark_ledger");
    }

    private record Bare(HikariDataSource connections) implements Session {

        @Override
        public String transfer(String payload) {
            change(payload, Transfers.from(payload), -1);
            change(payload, Transfers.to(payload), 1);
            return payload;
        }

        private void change(String transfer, int account, long amount) {
            try (Connection connection = this.connections.getConnection()) {
                connection.setAutoCommit(false);
                Transfers.change(connection, transfer, account, amount);
                connection.commit();
            }
            catch (SQLException ex) {
                throw new IllegalStateException(ex);
            }
        }

        @Override
        public void close() {
            this.connections.close();
        }

    }

}

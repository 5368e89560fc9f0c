package dev.workflow.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A database of the server, and what it says of itself.
 *
 * @param url its JDBC URL
 * @param user who connects
 * @param password their password
 */
record Database(String url, String user, String password) {

    interface Mapper<T> {

        T map(ResultSet row) throws SQLException;

    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(this.url, this.user, this.password);
    }

    <T> List<T> query(String sql, Mapper<T> mapper) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(mapper.map(rows));
            }
            return result;
        }
        catch (SQLException ex) {
            throw new IllegalStateException(sql + ": " + ex.getMessage(), ex);
        }
    }

    long number(String sql) {
        return query(sql, (row) -> row.getLong(1)).getFirst();
    }

    String text(String sql) {
        return query(sql, (row) -> row.getString(1)).getFirst();
    }

    void execute(String sql) {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        catch (SQLException ex) {
            throw new IllegalStateException(sql + ": " + ex.getMessage(), ex);
        }
    }

    /** Where the write-ahead log of the server ends, in bytes. */
    long walPosition() {
        return number("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint");
    }

    /** How many transactions of the server have written something, roughly. */
    long writingTransactions() {
        return number("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
    }

    /**
     * Fails unless the engine's tables hold exactly so many completed runs, each with a
     * different payload as its result, and nothing that is still to be done.
     */
    void requireCompleted(long workflows) {
        require("completed runs", workflows,
                "select count(*) from workflow_execution where status = 'COMPLETED' and length(result) = "
                        + Payload.BYTES);
        require("runs in all", workflows, "select count(*) from workflow_execution");
        require("different results", workflows, "select count(distinct result) from workflow_execution");
        requireIdle();
    }

    /** Fails if anything is left that the engine should have done. */
    void requireIdle() {
        for (String table : List.of("workflow_task", "workflow_activity_task", "workflow_message")) {
            require("rows in " + table, 0, "select count(*) from " + table);
        }
    }

    void require(String what, long expected, String sql) {
        Check.count(what + " in the database", expected, number(sql));
    }

    /** Throws away what the tables hold. */
    void empty() {
        execute("truncate workflow_execution, workflow_event, workflow_task, workflow_activity_task, workflow_message");
    }

}

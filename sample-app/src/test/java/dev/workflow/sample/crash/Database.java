package dev.workflow.sample.crash;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Looks into the database of a cluster; each look on a connection of its own. */
final class Database {

    private final CrashPostgres postgres;

    Database(CrashPostgres postgres) {
        this.postgres = postgres;
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = this.postgres.connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long number(String sql) throws SQLException {
        return Long.parseLong(rows(sql).getFirst());
    }

    /** The rows of a query, the columns of each joined by a bar. */
    List<String> rows(String sql) throws SQLException {
        try (Connection connection = this.postgres.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            int columns = row.getMetaData().getColumnCount();
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                StringBuilder text = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    text.append((i > 1) ? "|" : "").append(row.getString(i));
                }
                rows.add(text.toString());
            }
            return rows;
        }
    }

}

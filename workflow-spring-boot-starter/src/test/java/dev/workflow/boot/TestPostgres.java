package dev.workflow.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * One PostgreSQL for all tests of this JVM, and databases on it as many as are wanted.
 */
public final class TestPostgres {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private TestPostgres() {
    }

    /**
     * Creates an empty database and returns its JDBC URL; user and password are
     * {@code postgres}.
     */
    public static String newDatabase() {
        String name = "test" + COUNTER.incrementAndGet();
        try (Connection connection = Server.POSTGRES.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
        return Server.POSTGRES.getJdbcUrl("postgres", name);
    }

    /** Properties of a DataSource on a database of its own. */
    public static String[] newDataSource() {
        return new String[] { "spring.datasource.url=" + newDatabase(), "spring.datasource.password=postgres",
                "spring.datasource.hikari.maximum-pool-size=5" };
    }

    private static final class Server {

        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                    .setLocaleConfig("locale", "C")
                    .setServerConfig("max_connections", "300")
                    .start();
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

    }

}

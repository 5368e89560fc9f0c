package dev.workflow.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The PostgreSQL of this test run: started with the first database that is asked for,
 * ended with the JVM, after the contexts that use it. A thousandth of the work of a test
 * is durable for longer than that, so it does without fsync.
 */
final class EmbeddedServer {

    static final String USER = "postgres";

    private static final Logger logger = LoggerFactory.getLogger(EmbeddedServer.class);

    private static final String MAX_CONNECTIONS = "500";

    private final EmbeddedPostgres postgres;

    private final AtomicInteger databases = new AtomicInteger();

    private final Set<ConfigurableApplicationContext> contexts = ConcurrentHashMap.newKeySet();

    private EmbeddedServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    static EmbeddedServer get() {
        return Started.SERVER;
    }

    private static EmbeddedServer start() {
        try {
            EmbeddedServer server = new EmbeddedServer(EmbeddedPostgres.builder()
                .setLocaleConfig("locale", "C")
                .setServerConfig("max_connections", MAX_CONNECTIONS)
                .setRegisterShutdownHook(false)
                .start());
            Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "workflow-test-shutdown"));
            return server;
        }
        catch (IOException ex) {
            throw new UncheckedIOException("The embedded PostgreSQL does not start", ex);
        }
    }

    /** A new database for the context; it goes when the context does. */
    String databaseFor(ConfigurableApplicationContext context) {
        String name = "workflow_test_" + this.databases.incrementAndGet();
        execute("create database " + name);
        this.contexts.add(context);
        return name;
    }

    String url(String database) {
        return this.postgres.getJdbcUrl(USER, database);
    }

    void drop(String database, ConfigurableApplicationContext context) {
        this.contexts.remove(context);
        execute("drop database if exists " + database + " with (force)");
    }

    private void execute(String sql) {
        try (Connection connection = this.postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        catch (SQLException ex) {
            throw new IllegalStateException("The embedded PostgreSQL refuses: " + sql, ex);
        }
    }

    /** Engines first: they would wait for a server that is gone. */
    private void stop() {
        Set.copyOf(this.contexts).forEach(ConfigurableApplicationContext::close);
        try {
            this.postgres.close();
        }
        catch (IOException ex) {
            logger.warn("The embedded PostgreSQL could not be stopped", ex);
        }
    }

    private static final class Started {

        static final EmbeddedServer SERVER = start();

    }

}

package dev.workflow.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A real PostgreSQL for the tests of this process, with a database of its own for each
 * class that asks.
 */
public final class TestPostgres {

    private static final Path SCHEMA = Path.of("..", "workflow-spring-boot-starter", "src", "main", "resources", "dev",
            "workflow", "db", "workflow-0001-schema.sql");

    private TestPostgres() {
    }

    /** A new database with the engine's tables in the given schema. */
    public static DataSource newDatabase(String schema) {
        try {
            String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
            JdbcClient.create(Server.POSTGRES.getPostgresDatabase()).sql("create database " + name).update();
            DataSource database = Server.POSTGRES.getDatabase("postgres", name);
            JdbcClient.create(database)
                .sql("create schema if not exists " + schema + "; set search_path = " + schema + ";\n"
                        + Files.readString(SCHEMA) + "\nreset search_path")
                .update();
            return database;
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Started by the first who asks. */
    private static final class Server {

        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder().setLocaleConfig("locale", "C").start();
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

    }

}

package dev.workflow.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A real PostgreSQL for the tests of this process, with a database of its own for each
 * class that asks.
 */
public final class TestPostgres {

    private static final Path SCHEMA = Path.of("..", "workflow-spring-boot-starter", "src", "main", "resources", "dev",
            "workflow", "db");

    private TestPostgres() {
    }

    /** A new database with the engine's tables in the given schema. */
    public static DataSource newDatabase(String schema) {
        try {
            String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
            JdbcClient.create(Server.POSTGRES.getPostgresDatabase()).sql("create database " + name).update();
            DataSource database = Server.POSTGRES.getDatabase("postgres", name);
            JdbcClient.create(database)
                .sql("create schema if not exists " + schema + "; set search_path = " + schema + ";\n" + schema()
                        + "\nreset search_path")
                .update();
            return database;
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** All changesets, in the order of their names. */
    private static String schema() throws IOException {
        try (Stream<Path> files = Files.list(SCHEMA)) {
            List<Path> sql = files.filter((file) -> file.toString().endsWith(".sql")).sorted().toList();
            StringBuilder all = new StringBuilder();
            for (Path file : sql) {
                all.append(Files.readString(file)).append('\n');
            }
            return all.toString();
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

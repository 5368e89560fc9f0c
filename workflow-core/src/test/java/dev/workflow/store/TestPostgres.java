package dev.workflow.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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

    /** Databases to copy, by schema: a copy takes half the time that changesets take. */
    private static final Map<String, String> TEMPLATES = new ConcurrentHashMap<>();

    private TestPostgres() {
    }

    /** A new database with the engine's tables in the given schema. */
    public static DataSource newDatabase(String schema) {
        String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
        create(name + " template " + TEMPLATES.computeIfAbsent(schema, TestPostgres::newTemplate));
        return new ReusedConnections(Server.POSTGRES.getDatabase("postgres", name));
    }

    private static String newTemplate(String schema) {
        String name = "template_" + schema;
        create(name);
        try {
            JdbcClient.create(Server.POSTGRES.getDatabase("postgres", name))
                .sql("create schema if not exists " + schema + "; set search_path = " + schema + ";\n" + schema())
                .update();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return name;
    }

    private static void create(String database) {
        JdbcClient.create(Server.POSTGRES.getPostgresDatabase()).sql("create database " + database).update();
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

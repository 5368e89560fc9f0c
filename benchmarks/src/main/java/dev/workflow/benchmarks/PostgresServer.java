package dev.workflow.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL that everything is measured on, with its promises of durability checked:
 * an embedded one or the one that a URL names. Each contender gets a database of its own
 * in each round, with the engine's tables in it.
 */
final class PostgresServer implements AutoCloseable {

    private static final Pattern URL = Pattern.compile("(jdbc:postgresql://[^/]*/)([^?]*)(.*)");

    private static final String TEMPLATE = "benchmark_template";

    private final AtomicInteger databases = new AtomicInteger();

    private final Database main;

    private final @Nullable EmbeddedPostgres embedded;

    private PostgresServer(Database main, @Nullable EmbeddedPostgres embedded) {
        this.main = main;
        this.embedded = embedded;
    }

    /** Starts an embedded server with durable commits and 512 MB of shared buffers. */
    static PostgresServer embedded() {
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setLocaleConfig("locale", "C")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("shared_buffers", "512MB")
                .start();
            PostgresServer server = new PostgresServer(
                    new Database(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"), postgres);
            server.requireDurability();
            server.require("shared_buffers", "512MB");
            return server;
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Uses a server on which the user may create databases. */
    static PostgresServer at(String url, String user, String password) {
        PostgresServer server = new PostgresServer(new Database(url, user, password), null);
        server.requireDurability();
        return server;
    }

    private void requireDurability() {
        require("fsync", "on");
        require("synchronous_commit", "on");
        require("full_page_writes", "on");
    }

    private void require(String setting, String expected) {
        String value = this.main.text("show " + setting);
        if (!value.equals(expected)) {
            throw new IllegalStateException("PostgreSQL runs with " + setting + "=" + value + " instead of " + expected
                    + ": what would be measured says nothing");
        }
    }

    /** The database that all others are made from. */
    Database createTemplate() {
        return create(TEMPLATE, "template0");
    }

    /**
     * Closes the template to everybody: a session that lingers would keep it from being
     * copied.
     */
    void seal(Database template) {
        String name = parsed(template.url()).group(2);
        this.main.execute("alter database " + name + " with allow_connections false");
        this.main.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
    }

    /** An empty database with the engine's tables; the server has nothing else to do. */
    Database create() {
        Database created = create("benchmark_" + this.databases.incrementAndGet(), TEMPLATE);
        this.main.execute("checkpoint");
        return created;
    }

    private Database create(String name, String template) {
        this.main.execute("drop database if exists " + name + " with (force)");
        this.main.execute("create database " + name + " template " + template);
        return new Database(named(name), this.main.user(), this.main.password());
    }

    void drop(Database database) {
        Matcher url = parsed(database.url());
        this.main.execute("drop database " + url.group(2) + " with (force)");
    }

    private String named(String name) {
        Matcher url = parsed(this.main.url());
        return url.group(1) + name + url.group(3);
    }

    private static Matcher parsed(String url) {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("Not of the form jdbc:postgresql://host:port/database: " + url);
        }
        return matcher;
    }

    /** Processor seconds that the server has spent; not a number when it is elsewhere. */
    double cpu() {
        if (this.embedded == null) {
            return Double.NaN;
        }
        long backend = this.main.number("select pid from pg_stat_activity where backend_type = 'checkpointer'");
        return ProcessHandle.of(backend)
            .flatMap(ProcessHandle::parent)
            .map((postmaster) -> Cpu.server(postmaster.pid()))
            .orElse(Double.NaN);
    }

    /** What it is and how it is set. */
    Map<String, String> description() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("PostgreSQL", this.main.text("show server_version")
                + ((this.embedded != null) ? ", embedded" : ", " + this.main.url()));
        for (String setting : new String[] { "fsync", "synchronous_commit", "full_page_writes", "shared_buffers",
                "max_wal_size" }) {
            description.put(setting, this.main.text("show " + setting));
        }
        return description;
    }

    @Override
    public void close() {
        try {
            this.main.execute("drop database if exists " + TEMPLATE + " with (force)");
            if (this.embedded != null) {
                this.embedded.close();
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}

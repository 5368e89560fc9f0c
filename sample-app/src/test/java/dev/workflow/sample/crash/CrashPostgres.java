package dev.workflow.sample.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that can be killed and started again on the same data and port. Its
 * commits are durable: the launcher's own settings would void the tests.
 */
final class CrashPostgres implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(CrashPostgres.class);

    private final Path data;

    private final int port;

    private @Nullable EmbeddedPostgres server;

    CrashPostgres(Path directory) throws IOException, SQLException {
        this.data = directory.resolve("postgres");
        this.port = FreePort.find();
        start();
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            if (!show(setting).equals("on")) {
                throw new IllegalStateException(setting + " is " + show(setting));
            }
        }
    }

    void start() throws IOException {
        this.server = EmbeddedPostgres.builder()
            .setDataDirectory(this.data)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPort(this.port)
            .setPGStartupWait(Duration.ofSeconds(60))
            .setLocaleConfig("locale", "C")
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("max_connections", "200")
            .setServerConfig("log_checkpoints", "off")
            .start();
    }

    /** The URL under which the named client connects: its statements carry that name. */
    String url(String clientName) {
        return "jdbc:postgresql://127.0.0.1:" + this.port + "/postgres?ApplicationName=" + clientName;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url("test"), "postgres", "postgres");
    }

    private String show(String setting) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + setting)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Kills the postmaster and each of its processes, as a power failure would. */
    void kill() throws IOException, InterruptedException {
        List<ProcessHandle> all = new ArrayList<>();
        postmaster().ifPresent((process) -> {
            all.add(process);
            process.descendants().forEach(all::add);
        });
        for (ProcessHandle process : all) {
            Signals.send(process.pid(), "KILL");
        }
        for (ProcessHandle process : all) {
            Waiting.until(Duration.ofSeconds(30), () -> !isRunning(process), () -> "Not to be killed: " + process);
        }
        if (!all.isEmpty()) {
            logger.info("Killed PostgreSQL: {} processes", all.size());
        }
        forget();
    }

    /** A process that ended and was not reaped has no command any more. */
    private static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    private java.util.Optional<ProcessHandle> postmaster() throws IOException {
        Path file = this.data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return java.util.Optional.empty();
        }
        long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
        return ProcessHandle.of(pid).filter((p) -> p.info().command().orElse("").contains("postgres"));
    }

    private void forget() throws IOException {
        EmbeddedPostgres before = this.server;
        this.server = null;
        if (before != null) {
            before.close();
        }
    }

    /** Stops it in good order, and whatever is left of it then in bad. */
    @Override
    public void close() throws IOException, InterruptedException {
        forget();
        kill();
    }

}

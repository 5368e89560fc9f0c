package dev.workflow.sample.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that belongs to this process and keeps its data directory. One that a
 * killed process left running is stopped first; a second process in the same directory
 * uses the server of the first.
 */
final class LocalPostgres implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(LocalPostgres.class);

    private static final Duration STARTUP = Duration.ofSeconds(60);

    private final int port;

    private final @Nullable EmbeddedPostgres server;

    private final @Nullable DirectoryLock lock;

    private LocalPostgres(int port, @Nullable EmbeddedPostgres server, @Nullable DirectoryLock lock) {
        this.port = port;
        this.server = server;
        this.lock = lock;
    }

    static LocalPostgres start(Path directory, int preferredPort) throws IOException, InterruptedException {
        Files.createDirectories(directory.getParent());
        DirectoryLock lock = DirectoryLock.tryLock(directory);
        if (lock == null) {
            return join(directory);
        }
        try {
            Postmaster.of(directory).stopLeftover();
            setIncompleteAside(directory);
            EmbeddedPostgres server = launch(directory, freePort(preferredPort));
            LocalPostgres postgres = new LocalPostgres(server.getPort(), server, lock);
            postgres.requireDurability();
            Files.writeString(marker(directory), "PostgreSQL started here at least once.\n");
            logger.info("PostgreSQL runs at {} with its data in {}", postgres.url(), directory);
            return postgres;
        }
        catch (IOException | InterruptedException | RuntimeException ex) {
            lock.close();
            throw ex;
        }
    }

    private static LocalPostgres join(Path directory) throws IOException {
        int port = Postmaster.of(directory).port();
        LocalPostgres postgres = new LocalPostgres(port, null, null);
        logger.info("Another process runs PostgreSQL in {}; this one uses it, too: {}", directory, postgres.url());
        return postgres;
    }

    /**
     * The launcher switches fsync and synchronous commits off for speed, which would void
     * every promise of the demo.
     */
    private static EmbeddedPostgres launch(Path directory, int port) throws IOException {
        return EmbeddedPostgres.builder()
            .setDataDirectory(directory)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPort(port)
            .setPGStartupWait(STARTUP)
            .setLocaleConfig("locale", "C")
            .setServerConfig("listen_addresses", "localhost")
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .start();
    }

    private void requireDurability() {
        for (String setting : new String[] { "fsync", "synchronous_commit", "full_page_writes" }) {
            String value = show(setting);
            if (!value.equals("on")) {
                throw new IllegalStateException("PostgreSQL runs with " + setting + "=" + value + " instead of on");
            }
        }
    }

    private String show(String setting) {
        if (this.server == null) {
            throw new IllegalStateException("Not the process that started PostgreSQL");
        }
        try (Connection connection = this.server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + setting)) {
            row.next();
            return row.getString(1);
        }
        catch (SQLException ex) {
            throw new IllegalStateException("Cannot read the setting " + setting, ex);
        }
    }

    /**
     * A process that was killed while it made the directory leaves one that can never be
     * started.
     */
    private static void setIncompleteAside(Path directory) throws IOException {
        if (Files.exists(directory) && !Files.exists(marker(directory))) {
            Path aside = directory
                .resolveSibling(directory.getFileName() + ".incomplete-" + System.currentTimeMillis());
            Files.move(directory, aside);
            logger.warn("{} was never completed and is now {}", directory, aside);
        }
    }

    private static Path marker(Path directory) {
        return directory.resolve("sample-app.complete");
    }

    private static int freePort(int preferred) throws IOException {
        try (ServerSocket socket = new ServerSocket(preferred, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
        catch (IOException ex) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }
    }

    String url() {
        return "jdbc:postgresql://localhost:" + this.port + "/postgres";
    }

    @Override
    public void close() throws IOException {
        if (this.server != null) {
            this.server.close();
        }
        if (this.lock != null) {
            this.lock.close();
        }
    }

}

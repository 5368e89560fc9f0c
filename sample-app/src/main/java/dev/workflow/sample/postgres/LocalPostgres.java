package dev.workflow.sample.postgres;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that keeps its data directory. The process that holds the directory's lock
 * owns the server and stops it at its own end; others in the same directory use it
 * meanwhile. One that a killed process left running is taken over.
 */
final class LocalPostgres implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(LocalPostgres.class);

    private static final Duration STARTUP = Duration.ofSeconds(60);

    private final int port;

    private final Closeable owned;

    /**
     * A server that runs.
     * @param port where it listens
     * @param owned what is to be closed with it
     */
    private LocalPostgres(int port, Closeable owned) {
        this.port = port;
        this.owned = owned;
    }

    static LocalPostgres start(Path directory, int preferredPort) throws IOException {
        Files.createDirectories(directory.getParent());
        DirectoryLock lock = DirectoryLock.tryLock(directory);
        if (lock == null) {
            return join(directory);
        }
        try {
            LocalPostgres postgres = takeOver(directory, lock);
            if (postgres == null) {
                setIncompleteAside(directory);
                postgres = launch(directory, freePort(preferredPort), lock);
            }
            postgres.requireDurability();
            Files.writeString(marker(directory), "PostgreSQL started here at least once.\n");
            logger.info("PostgreSQL runs at {} with its data in {}", postgres.url(), directory);
            return postgres;
        }
        catch (IOException | RuntimeException ex) {
            lock.close();
            throw ex;
        }
    }

    private static LocalPostgres join(Path directory) throws IOException {
        LocalPostgres postgres = new LocalPostgres(Postmaster.of(directory).port(), () -> {
        });
        logger.info("Another process runs PostgreSQL in {}; this one uses it, too: {}", directory, postgres.url());
        return postgres;
    }

    /**
     * Adopts the server that an earlier owner left running, if it works; one that does
     * not is stopped.
     */
    private static @Nullable LocalPostgres takeOver(Path directory, DirectoryLock lock) throws IOException {
        Postmaster postmaster = Postmaster.of(directory);
        if (postmaster.isRunning() && postmaster.isReady()) {
            LocalPostgres postgres = new LocalPostgres(postmaster.port(), () -> {
                postmaster.stop();
                lock.close();
            });
            if (postgres.answers()) {
                logger.info("Took over the PostgreSQL that an earlier run left behind");
                return postgres;
            }
        }
        postmaster.stop();
        return null;
    }

    /**
     * The launcher switches fsync and synchronous commits off for speed, which would void
     * every promise of the demo.
     */
    private static LocalPostgres launch(Path directory, int port, DirectoryLock lock) throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.builder()
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
        return new LocalPostgres(port, () -> {
            server.close();
            lock.close();
        });
    }

    private void requireDurability() {
        for (String setting : new String[] { "fsync", "synchronous_commit", "full_page_writes" }) {
            String value = show(setting);
            if (!value.equals("on")) {
                throw new IllegalStateException("PostgreSQL runs with " + setting + "=" + value + " instead of on");
            }
        }
    }

    private boolean answers() {
        try {
            show("server_version");
            return true;
        }
        catch (IllegalStateException ex) {
            return false;
        }
    }

    private String show(String setting) {
        try (Connection connection = DriverManager.getConnection(url() + "?connectTimeout=5", "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + setting)) {
            row.next();
            return row.getString(1);
        }
        catch (SQLException ex) {
            throw new IllegalStateException("Cannot read the setting " + setting + " at " + url(), ex);
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
        this.owned.close();
    }

}

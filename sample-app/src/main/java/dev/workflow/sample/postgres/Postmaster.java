package dev.workflow.sample.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server process of a data directory, as its {@code postmaster.pid} tells: the
 * process id is the first line, the port the fourth, the status the eighth.
 */
final class Postmaster {

    private static final Logger logger = LoggerFactory.getLogger(Postmaster.class);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path pidFile;

    private Postmaster(Path pidFile) {
        this.pidFile = pidFile;
    }

    static Postmaster of(Path directory) {
        return new Postmaster(directory.resolve("postmaster.pid"));
    }

    int port() throws IOException {
        return line(4).map(Integer::valueOf)
            .orElseThrow(() -> new IllegalStateException("Another process holds " + this.pidFile.getParent()
                    + ", but no PostgreSQL runs there yet. Start again in a moment, or set spring.datasource.url."));
    }

    boolean isRunning() throws IOException {
        return process().isPresent();
    }

    boolean isReady() throws IOException {
        return line(8).filter("ready"::equals).isPresent();
    }

    /**
     * Stops the server, if there is one, and removes what one that crashed left behind.
     */
    void stop() throws IOException {
        Optional<ProcessHandle> process = process();
        if (process.isPresent()) {
            logger.info("Stopping PostgreSQL (process {})", process.get().pid());
            stop(process.get());
        }
        // After a crash it may name a process id that by now belongs to something else.
        Files.deleteIfExists(this.pidFile);
    }

    /**
     * A fast shutdown, which ends the sessions; at last an immediate one, after which the
     * next start recovers.
     */
    private void stop(ProcessHandle process) throws IOException {
        signal(process, "-INT");
        if (!ends(process)) {
            signal(process, "-QUIT");
            if (!ends(process)) {
                throw new IllegalStateException("PostgreSQL (process " + process.pid() + ") does not stop");
            }
        }
    }

    private static void signal(ProcessHandle process, String signal) throws IOException {
        new ProcessBuilder("kill", signal, Long.toString(process.pid())).inheritIO().start().onExit().join();
    }

    /**
     * It has ended when it is gone or has removed its file; in a container nobody may
     * reap it.
     */
    private boolean ends(ProcessHandle process) throws IOException {
        long start = System.nanoTime();
        while (isPostgres(process) && Files.exists(this.pidFile)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(50);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while PostgreSQL stopped", ex);
        }
    }

    private Optional<ProcessHandle> process() throws IOException {
        return line(1).flatMap((pid) -> ProcessHandle.of(Long.parseLong(pid))).filter(Postmaster::isPostgres);
    }

    /** A process that ended and was not reaped has no command any more. */
    private static boolean isPostgres(ProcessHandle process) {
        return process.info().command().orElse("").contains("postgres");
    }

    private Optional<String> line(int number) throws IOException {
        try {
            List<String> lines = Files.readAllLines(this.pidFile);
            return (lines.size() >= number) ? Optional.of(lines.get(number - 1).strip()) : Optional.empty();
        }
        catch (NoSuchFileException ex) {
            return Optional.empty();
        }
    }

}

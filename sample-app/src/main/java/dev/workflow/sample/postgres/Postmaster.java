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
 * process id is the first line, the port the fourth.
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
        List<String> lines = lines();
        if (lines.size() < 4) {
            throw new IllegalStateException(
                    "Another process holds " + this.pidFile.getParent() + ", but no PostgreSQL runs there yet. Start "
                            + "again in a moment, or set spring.datasource.url.");
        }
        return Integer.parseInt(lines.get(3).strip());
    }

    /**
     * Stops the server that a killed process left behind. Only for the owner of the
     * directory's lock: nobody else uses it then.
     */
    void stopLeftover() throws IOException, InterruptedException {
        List<String> lines = lines();
        if (lines.isEmpty()) {
            return;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
            .filter(Postmaster::isPostgres);
        if (process.isPresent()) {
            logger.info("Stopping the PostgreSQL (process {}) that an earlier run left behind", process.get().pid());
            stop(process.get());
        }
        // After a crash it may name a process id that by now belongs to something else.
        Files.deleteIfExists(this.pidFile);
    }

    /** A process that ended and was not reaped has no command any more. */
    private static boolean isPostgres(ProcessHandle process) {
        return process.info().command().orElse("").contains("postgres");
    }

    /**
     * A fast shutdown, which ends the sessions of the killed process; at last an
     * immediate one, which recovers later.
     */
    private void stop(ProcessHandle process) throws IOException, InterruptedException {
        signal(process, "-INT");
        if (!ends(process)) {
            signal(process, "-QUIT");
            if (!ends(process)) {
                throw new IllegalStateException("PostgreSQL (process " + process.pid() + ") does not stop");
            }
        }
    }

    private static void signal(ProcessHandle process, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, Long.toString(process.pid())).inheritIO().start().waitFor();
    }

    /**
     * It has ended when it is gone or removed its file; in a container nobody may reap
     * it.
     */
    private boolean ends(ProcessHandle process) throws InterruptedException {
        long start = System.nanoTime();
        while (isPostgres(process) && Files.exists(this.pidFile)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                return false;
            }
            Thread.sleep(50);
        }
        return true;
    }

    private List<String> lines() throws IOException {
        try {
            return Files.readAllLines(this.pidFile);
        }
        catch (NoSuchFileException ex) {
            return List.of();
        }
    }

}

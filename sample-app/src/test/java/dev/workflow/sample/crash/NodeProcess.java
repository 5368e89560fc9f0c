package dev.workflow.sample.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.workflow.sample.SampleApplication;

/** One node of the sample application in a process of its own. */
final class NodeProcess {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    static final Duration STARTUP = Duration.ofSeconds(90);

    private final String name;

    private final NodeLog log;

    private final Process process;

    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    private volatile boolean paused;

    private NodeProcess(String name, NodeLog log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Starts a process; it is of use once {@link #awaitStart} has returned. */
    static NodeProcess launch(String name, Path directory, NodeLog log, List<String> properties) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx384m", "-Xss512k",
                        "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
                        "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"),
                        SampleApplication.class.getName(), "--spring.profiles.active=crash",
                        "--spring.main.banner-mode=off", "--server.port=0", "--server.address=127.0.0.1"));
        command.addAll(properties);
        Files.createDirectories(directory);
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        NodeProcess node = new NodeProcess(name, log, process);
        Path file = directory.resolve(name + ".log");
        Thread.ofPlatform().name("log-of-" + name).daemon(true).start(() -> node.pump(file));
        return node;
    }

    private void pump(Path file) {
        try (BufferedReader lines = this.process.inputReader(StandardCharsets.UTF_8);
                Writer out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.write(line);
                out.write('\n');
                out.flush();
                this.log.add(this.name, line);
                Matcher started = STARTED.matcher(line);
                if (started.find()) {
                    this.port.complete(Integer.valueOf(started.group(1)));
                }
            }
        }
        catch (IOException ex) {
            // Its process is gone.
        }
        finally {
            this.port.completeExceptionally(
                    new IllegalStateException("Node " + this.name + " ended before it had started: see " + file));
        }
    }

    /** Waits until it answers requests. */
    NodeProcess awaitStart() throws Exception {
        try {
            this.port.get(STARTUP.toSeconds(), TimeUnit.SECONDS);
        }
        catch (TimeoutException ex) {
            throw new IllegalStateException("Node " + this.name + " has not started within " + STARTUP, ex);
        }
        return this;
    }

    String name() {
        return this.name;
    }

    long pid() {
        return this.process.pid();
    }

    /** Where it answers; only of a node that has started. */
    String url() {
        return "http://127.0.0.1:" + this.port.join();
    }

    boolean isReady() {
        return this.process.isAlive() && this.port.isDone() && !this.port.isCompletedExceptionally();
    }

    boolean isAlive() {
        return this.process.isAlive();
    }

    /** Whether faults leave it alone at the moment. */
    boolean isHealthy() {
        return isReady() && !this.paused;
    }

    void kill() {
        signal("KILL");
        awaitEnd(Duration.ofSeconds(20));
    }

    void pause() {
        this.paused = true;
        signal("STOP");
    }

    void resume() {
        signal("CONT");
        this.paused = false;
    }

    /** Asks it to stop; it goes on until it has. */
    void terminate() {
        signal("TERM");
    }

    void awaitEnd(Duration timeout) {
        try {
            if (!this.process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("Node " + this.name + " has not ended within " + timeout);
            }
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private void signal(String signal) {
        try {
            Signals.send(this.process.pid(), signal);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public String toString() {
        return this.name + " (process " + this.process.pid() + ")";
    }

}

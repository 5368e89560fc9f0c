package dev.workflow.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A {@link Node} that can be killed. */
final class NodeProcess implements AutoCloseable {

    private static final long SECONDS_TO_STOP = 60;

    private final Process process;

    private NodeProcess(Process process) {
        this.process = process;
    }

    /** Starts one and waits until it serves its queues. */
    static NodeProcess start(Database database) {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g", "-classpath", System.getProperty("java.class.path"), Node.class.getName(), database.url(),
                database.user());
        try {
            Process process = builder.redirectError(Redirect.INHERIT).start();
            OutputStream input = process.getOutputStream();
            input.write((database.password() + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
            NodeProcess node = new NodeProcess(process);
            node.awaitReady();
            return node;
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private void awaitReady() {
        BufferedReader output = new BufferedReader(
                new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
        try {
            String line = output.readLine();
            while (line != null && !line.equals(Node.READY)) {
                line = output.readLine();
            }
            if (line == null) {
                this.process.destroyForcibly();
                throw new IllegalStateException("A node ended before it was ready");
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        Thread.ofPlatform().daemon(true).name("node-output").start(() -> passOn(output));
    }

    /** What nobody takes would stop the node when the pipe is full. */
    private static void passOn(BufferedReader output) {
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                System.err.println(line);
            }
        }
        catch (IOException ex) {
            // It was killed.
        }
    }

    /** As {@code kill -9} does. */
    void kill() {
        this.process.destroyForcibly();
        await();
    }

    private void await() {
        try {
            if (!this.process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
                this.process.destroyForcibly();
                throw new IllegalStateException("A node did not stop");
            }
        }
        catch (InterruptedException ex) {
            this.process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a node was stopping", ex);
        }
    }

    @Override
    public void close() {
        try {
            this.process.getOutputStream().close();
        }
        catch (IOException ex) {
            // It has gone already, or goes now.
            this.process.destroyForcibly();
        }
        Closing.completely(this::await);
    }

}

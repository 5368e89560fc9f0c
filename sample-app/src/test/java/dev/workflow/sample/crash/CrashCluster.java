package dev.workflow.sample.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes in processes of their own on one PostgreSQL. Their logs are in
 * {@code target/crash/<test>}. Whatever happens, {@link #close} and at last a shutdown
 * hook end every process.
 */
final class CrashCluster implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(3);

    private static final Logger logger = LoggerFactory.getLogger(CrashCluster.class);

    private final Path directory;

    private final CrashPostgres postgres;

    private final List<String> options;

    private final NodeLog log = new NodeLog();

    private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();

    private final AtomicInteger names = new AtomicInteger();

    private final Rest rest;

    private final Thread hook = new Thread(this::end, "crash-cluster-end");

    /**
     * @param options what all nodes are started with
     */
    CrashCluster(String test, String... options) throws Exception {
        this.options = List.of(options);
        this.directory = Path.of("target", "crash", test).toAbsolutePath();
        clear(this.directory);
        Files.createDirectories(this.directory);
        this.postgres = new CrashPostgres(this.directory);
        this.rest = new Rest(() -> this.nodes.stream().filter(NodeProcess::isReady).map(NodeProcess::url).toList());
        Runtime.getRuntime().addShutdownHook(this.hook);
    }

    private static void clear(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Starts nodes at the same time; returns when each answers. */
    List<NodeProcess> start(int count) throws Exception {
        List<NodeProcess> fresh = new ArrayList<>();
        if (this.nodes.isEmpty()) {
            // The first one makes the tables.
            fresh.add(launch().awaitStart());
        }
        while (fresh.size() < count) {
            fresh.add(launch());
        }
        for (NodeProcess node : fresh) {
            node.awaitStart();
        }
        return fresh;
    }

    /** Starts one node and does not wait for it. */
    NodeProcess launch() throws IOException {
        String name = "node-" + this.names.incrementAndGet();
        List<String> arguments = new ArrayList<>(List.of("--spring.datasource.url=" + this.postgres.url(name),
                "--spring.datasource.username=postgres", "--spring.datasource.password=postgres",
                "--spring.datasource.hikari.maximum-pool-size=8", "--spring.datasource.hikari.connection-timeout=5000",
                "--spring.lifecycle.timeout-per-shutdown-phase=5s", "--workflow.connections=10",
                "--workflow.lease=" + LEASE.toMillis() + "ms", "--workflow.heartbeat-interval=500ms",
                "--workflow.shutdown-timeout=5s", "--workflow.startup-timeout=60s",
                "--sample.orders.approval-timeout=30m", "--sample.subscriptions.period=500ms",
                "--sample.subscriptions.periods-per-run=5"));
        arguments.addAll(this.options);
        NodeProcess node = NodeProcess.launch(name, this.directory, this.log, arguments);
        this.nodes.add(node);
        return node;
    }

    /** Starts new nodes in place of those that have ended; does not wait for them. */
    void launchUpTo(int count) throws IOException {
        this.nodes.removeIf((node) -> !node.isAlive());
        while (this.nodes.size() < count) {
            launch();
        }
    }

    /** Waits until so many nodes answer and nothing is done to them. */
    void awaitHealthy(int count) throws InterruptedException {
        Waiting.until(NodeProcess.STARTUP, () -> healthy().size() >= count,
                () -> "Only " + healthy() + " of " + this.nodes + " are healthy");
    }

    /** Whether a node starts, which a small machine under load takes minutes for. */
    boolean isStarting() {
        return this.nodes.stream().anyMatch((node) -> node.isAlive() && !node.isReady());
    }

    List<NodeProcess> healthy() {
        return this.nodes.stream().filter(NodeProcess::isHealthy).toList();
    }

    List<NodeProcess> nodes() {
        return List.copyOf(this.nodes);
    }

    /** One of the nodes that nothing is done to. */
    NodeProcess any(Random random) {
        List<NodeProcess> healthy = healthy();
        return healthy.get(random.nextInt(healthy.size()));
    }

    /** Forgets a node that has ended, or is about to. */
    void forget(NodeProcess node) {
        this.nodes.remove(node);
    }

    CrashPostgres postgres() {
        return this.postgres;
    }

    NodeLog log() {
        return this.log;
    }

    Rest rest() {
        return this.rest;
    }

    Path directory() {
        return this.directory;
    }

    private void end() {
        for (NodeProcess node : this.nodes) {
            node.kill();
        }
        try {
            this.postgres.close();
        }
        catch (IOException | InterruptedException ex) {
            logger.error("PostgreSQL may still run", ex);
        }
    }

    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(this.hook);
        this.rest.close();
    }

}

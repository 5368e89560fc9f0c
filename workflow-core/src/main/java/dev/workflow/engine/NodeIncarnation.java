package dev.workflow.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node as the others see it: a row that it registers, keeps alive and takes back.
 * The row's id owns what the node has; when the row was declared dead, the node comes
 * back under another id, as a new incarnation, unless a newer process has its name.
 * <p>
 * <b>Threads.</b> Written by the thread that starts the engine and by the heart; read by
 * all.
 */
final class NodeIncarnation {

    private static final Logger logger = LoggerFactory.getLogger(NodeIncarnation.class);

    /** Rows that are given back with one statement. */
    private static final int GIVEN_BACK = 1_000;

    private final WorkflowEngine engine;

    private final EngineSettings settings;

    private final Instant startedAt;

    private volatile long id;

    private volatile boolean superseded;

    NodeIncarnation(WorkflowEngine engine, Instant startedAt) {
        this.engine = engine;
        this.settings = engine.settings();
        this.startedAt = startedAt;
    }

    /** The owner of what this node holds, as the database knows it. */
    long id() {
        return this.id;
    }

    /** Whether a newer process has this one's name, so that this one does not work. */
    boolean isSuperseded() {
        return this.superseded;
    }

    /** As people know it: what is configured, or one that no other process has. */
    String name() {
        String configured = this.settings.nodeName();
        if (configured != null) {
            return configured;
        }
        return ProcessHandle.current().pid() + "@" + Optional.ofNullable(System.getenv("HOSTNAME")).orElse("local")
                + "-" + Integer.toHexString(System.identityHashCode(this.engine));
    }

    void register() {
        this.id = this.engine.store().register(row());
    }

    /** What this node offers to run: nothing when it is only a client. */
    private EngineStore.NodeRow row() {
        boolean works = this.settings.workerEnabled();
        TypeRegistry types = this.engine.types();
        return new EngineStore.NodeRow(0, name(), this.settings.nodeName() != null,
                works ? List.copyOf(types.taskQueues()) : List.of(),
                works ? offered(types.workflowTypes(), types.queueOfUnknownWorkflows() != null) : List.of(),
                works ? offered(types.activityTypes(), types.runsUnknownActivities()) : List.of(), true, 0,
                this.startedAt, this.settings.buildId());
    }

    private static List<String> offered(Collection<String> types, boolean any) {
        List<String> offered = new ArrayList<>(types);
        if (any) {
            offered.add(Unserved.ANY_TYPE);
        }
        return offered;
    }

    /** Moves this node's counter; false when it was declared dead or superseded. */
    boolean beat() {
        Collection<String> queues = this.engine.types().taskQueues();
        int total = queues.stream().mapToInt(this.engine::activitySlots).sum();
        int used = queues.stream().mapToInt(this.engine.activities()::used).sum();
        return this.engine.store()
            .heartbeat(this.id, total, used, this.engine.resident().size(), this.engine.clock().instant());
    }

    /**
     * Others have taken everything: drop it, and come back as a new incarnation, unless a
     * newer process has this one's name. To be called with each beat that is refused: who
     * gave way comes back when no such process is left.
     */
    void declaredDead() {
        long before = this.id;
        boolean gaveWay = this.superseded;
        boolean givesWay = hasSuccessor(before);
        if (gaveWay && givesWay) {
            return;
        }
        if (givesWay) {
            this.superseded = true;
            logger.error("Another process runs with workflow.node-id '{}'. The newer one wins; this one ({}) drops its "
                    + "runs and stops working while that one lives. Give each process an id of its own, or none.",
                    this.settings.nodeName(), before);
        }
        else {
            if (!gaveWay) {
                logger.error("Node {} ({}) was declared dead while it stood still: it drops its runs and starts afresh",
                        name(), before);
            }
            register();
            this.superseded = false;
            logger.info("Node {} is {} now, in place of {}", name(), this.id, before);
        }
        this.engine.activities().drop(before);
        this.engine.resident()
            .all()
            .stream()
            .filter((actor) -> actor.owner() == before)
            .forEach((actor) -> actor.offer(new Delivery.Gone(false)));
        // Others may have looked already, and have missed what was claimed or started
        // under that name since.
        this.engine.caretaker()
            .takeOver(new EngineStore.NodeRow(before, name(), false, List.of(), List.of(), List.of(), false, 0,
                    this.startedAt, this.settings.buildId()));
    }

    /**
     * Whether a newer process has this one's name. What began at the same instant is this
     * one, registered without having learned of it.
     */
    private boolean hasSuccessor(long nodeId) {
        String configured = this.settings.nodeName();
        return configured != null && this.engine.store()
            .nodes()
            .stream()
            .filter((n) -> !n.startedAt().equals(this.startedAt))
            .anyMatch((n) -> n.alive() && n.id() > nodeId && n.name().equals(configured));
    }

    /**
     * Signs off when the node stops: whatever still carries its id goes to the others at
     * once. Whoever gave way has nothing left.
     */
    void signOff() {
        if (this.superseded) {
            return;
        }
        try {
            this.engine.store().releaseDead(this.id, this.engine.clock().instant(), GIVEN_BACK, () -> true);
            this.engine.store().unregister(this.id);
            this.engine.wakeups().due("");
        }
        catch (StoreException ex) {
            logger.warn("This node could not sign off; others take over when its lease ends: {}", ex.getMessage());
        }
    }

}

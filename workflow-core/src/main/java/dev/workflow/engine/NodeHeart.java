package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heartbeat of this node, and the watch over the others'. A node counts as dead when
 * its counter has stood still for a full lease of this node's monotonic clock, counting
 * only time in which this node read successfully: so no two clocks are compared, an
 * outage of the database expires nobody, and a node that was paused itself does not take
 * its own pause for another's death. What is found dead is the {@link Caretaker}'s.
 */
final class NodeHeart {

    private static final Logger logger = LoggerFactory.getLogger(NodeHeart.class);

    private static final Duration LOOK = Duration.ofMillis(500);

    private static final class Seen {

        private long counter;

        private long stillFor;

    }

    private final WorkflowEngine engine;

    private final Map<Long, Seen> seen = new HashMap<>();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition stopped = this.lock.newCondition();

    private volatile long lastSuccess = System.nanoTime();

    private volatile List<EngineStore.NodeRow> nodes = List.of();

    private long lastRead = System.nanoTime();

    private final EngineThread thread = new EngineThread("workflow-heartbeat", this::run, this::wake);

    NodeHeart(WorkflowEngine engine) {
        this.engine = engine;
    }

    EngineThread thread() {
        return this.thread;
    }

    private void wake() {
        this.lock.lock();
        try {
            this.stopped.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    List<EngineStore.NodeRow> nodes() {
        return this.nodes;
    }

    Duration sinceLastSuccess() {
        return Duration.ofNanos(System.nanoTime() - this.lastSuccess);
    }

    private void run() {
        while (this.thread.isRunning()) {
            try {
                beat();
                this.lastSuccess = System.nanoTime();
            }
            catch (StoreException ex) {
                logger.warn("A heartbeat failed and is tried again: {}", ex.getMessage());
            }
            catch (RuntimeException | Error ex) {
                logger.error("A heartbeat failed unexpectedly", ex);
            }
            try {
                untilNextBeat();
            }
            catch (InterruptedException ex) {
                return;
            }
        }
    }

    /**
     * Between two heartbeats it looks more often for nodes that have died, so that their
     * runs stand still for hardly longer than the lease.
     */
    private void untilNextBeat() throws InterruptedException {
        long next = System.nanoTime() + this.engine.settings().heartbeatInterval().toNanos();
        while (await(Math.min(next - System.nanoTime(), LOOK.toNanos()))) {
            try {
                if (next - System.nanoTime() > 0) {
                    watch(this.engine.store().nodes());
                }
            }
            catch (StoreException ex) {
                logger.debug("The other nodes cannot be looked at now: {}", ex.getMessage());
            }
            catch (RuntimeException | Error ex) {
                logger.error("The look at the other nodes failed unexpectedly", ex);
            }
        }
    }

    /** Waits so long; false when there is nothing to wait for, or this is to end. */
    private boolean await(long nanos) throws InterruptedException {
        this.lock.lock();
        try {
            long left = nanos;
            while (this.thread.isRunning() && left > 0) {
                left = this.stopped.awaitNanos(left);
            }
            return this.thread.isRunning() && nanos > 0;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Before anything is done by the clock, and with each beat. */
    void measureTime() {
        Instant local = this.engine.clock().unsteered();
        long asked = System.nanoTime();
        Instant database = this.engine.store().databaseTime();
        this.engine.clock().steer(database, local, local.plusNanos(System.nanoTime() - asked));
    }

    private void beat() {
        measureTime();
        this.engine.timers().wake();
        if (!this.engine.incarnation().beat()) {
            this.engine.incarnation().declaredDead();
        }
        watch(this.engine.store().nodes());
        this.engine.followVersions();
    }

    /**
     * Reads the other nodes' counters; takes over from those that have stood still for a
     * lease.
     */
    void watch(List<EngineStore.NodeRow> rows) {
        long now = System.nanoTime();
        // A longer gap than two heartbeats says something about this node, not about the
        // others.
        long longest = 2 * this.engine.settings().heartbeatInterval().toNanos();
        long passed = Math.min(now - this.lastRead, longest);
        this.lastRead = now;
        this.nodes = rows.stream().filter(EngineStore.NodeRow::alive).toList();
        this.seen.keySet().removeIf((id) -> rows.stream().noneMatch((r) -> r.id() == id));
        for (EngineStore.NodeRow row : rows) {
            if (row.id() == this.engine.nodeId()) {
                continue;
            }
            if (!row.alive()) {
                this.engine.caretaker().takeOver(row);
                continue;
            }
            Seen last = this.seen.computeIfAbsent(row.id(), (id) -> {
                Seen first = new Seen();
                first.counter = row.counter();
                return first;
            });
            if (last.counter != row.counter()) {
                last.counter = row.counter();
                last.stillFor = 0;
                continue;
            }
            last.stillFor += passed;
            if (last.stillFor >= this.engine.settings().lease().toNanos()
                    && this.engine.store().declareDead(row.id(), row.counter())) {
                logger.warn("Node {} ({}) has not moved for {}: its runs and activities go to the others", row.name(),
                        row.id(), this.engine.settings().lease());
                this.engine.caretaker().takeOver(row);
            }
        }
    }

}

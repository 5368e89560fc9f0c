package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    private static final class Seen {

        private long counter;

        private long stillFor;

    }

    private final WorkflowEngine engine;

    private final Map<Long, Seen> seen = new HashMap<>();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition stopped = this.lock.newCondition();

    private volatile boolean running = true;

    private volatile long lastSuccess = System.nanoTime();

    private volatile List<EngineStore.NodeRow> nodes = List.of();

    private long lastRead = System.nanoTime();

    private final Thread thread = Thread.ofPlatform().name("workflow-heartbeat").daemon(true).unstarted(this::run);

    NodeHeart(WorkflowEngine engine) {
        this.engine = engine;
    }

    void start() {
        this.thread.start();
    }

    void stop() throws InterruptedException {
        end();
        this.thread.join(5_000);
    }

    /** Lets it end; does not wait for that. */
    void end() {
        this.running = false;
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
        while (this.running) {
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
                await();
            }
            catch (InterruptedException ex) {
                return;
            }
            catch (RuntimeException | Error ex) {
                logger.error("The watch over workflow code failed unexpectedly", ex);
            }
        }
    }

    private void await() throws InterruptedException {
        this.lock.lock();
        try {
            long left = this.engine.settings().heartbeatInterval().toNanos();
            while (this.running && left > 0) {
                // Workflow code that hogs its thread is looked for more often than the
                // node beats.
                long step = Math.min(left, TimeUnit.MILLISECONDS.toNanos(500));
                this.stopped.awaitNanos(step);
                left -= step;
                this.engine.watchTurns();
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    private void beat() {
        Instant local = this.engine.clock().unsteered();
        long asked = System.nanoTime();
        Instant database = this.engine.store().databaseTime();
        Duration half = Duration.ofNanos((System.nanoTime() - asked) / 2);
        this.engine.clock().steer(database, local.plus(half));
        this.engine.timers().wake();
        if (!this.engine.beat()) {
            this.engine.declaredDead();
            return;
        }
        watch(this.engine.store().nodes());
        this.engine.followVersions();
        this.engine.controls().refresh();
        this.engine.sharing().keys().refresh();
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

package dev.workflow.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what belongs to nobody any more: releases what dead nodes leave, finds
 * strays, tells activities that they are canceled, counts what waits, and reads what
 * operators have decided, in case that nobody has told. All of that takes longer the more
 * runs there are, and waits for connections that others use, so it is done beside the
 * heart, with each of its beats: a busy node, or one that takes over from a large one,
 * must not look dead itself meanwhile. A loop on a platform thread that never dies.
 */
final class Caretaker {

    private static final Logger logger = LoggerFactory.getLogger(Caretaker.class);

    private static final int RELEASE_BATCH = 1_000;

    /** What is expensive to know is asked for no more often. */
    private static final Duration SAMPLE = Duration.ofSeconds(30);

    /** How many leases lie between two sweeps. */
    private static final int SWEEP_LEASES = 3;

    /** How many sweeps lie between two looks for what ended runs have left. */
    private static final int CLEAN_SWEEPS = 10;

    /** What is counted may take this share of the time. */
    private static final int COUNTING_SHARE = 20;

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition asked = this.lock.newCondition();

    private final Map<Long, EngineStore.NodeRow> dead = new LinkedHashMap<>();

    private long nextCount = System.nanoTime();

    private long lastDecisions;

    private long lastSample;

    private long lastSweep = System.nanoTime();

    private int sweeps;

    private final EngineThread thread = new EngineThread("workflow-caretaker", this::run, this::wake);

    Caretaker(WorkflowEngine engine) {
        this.engine = engine;
    }

    EngineThread thread() {
        return this.thread;
    }

    private void wake() {
        this.lock.lock();
        try {
            this.asked.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Takes over from a node that was declared dead; returns at once. */
    void takeOver(EngineStore.NodeRow node) {
        this.lock.lock();
        try {
            if (this.dead.put(node.id(), node) == null) {
                this.asked.signalAll();
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    private void run() {
        while (this.thread.isRunning()) {
            try {
                List<EngineStore.NodeRow> gone = await();
                part("What dead nodes left", () -> gone.forEach(this::release));
                part("What operators have decided", this::readDecisions);
                part("What is canceled", this.engine.activities()::lookForCancellations);
                part("What waits", this::count);
                part("The database", this::sample);
                part("What belongs to nobody", this::sweep);
                part("What is old", this::deleteOld);
            }
            catch (InterruptedException ex) {
                return;
            }
        }
    }

    /** One that fails keeps no other from its turn. */
    private static void part(String what, Runnable work) {
        try {
            work.run();
        }
        catch (StoreException ex) {
            logger.warn("{} was not looked after, and will be: {}", what, ex.getMessage());
        }
        catch (RuntimeException | Error ex) {
            logger.error("{} could not be looked after", what, ex);
        }
    }

    /** What operators have decided. */
    private void readDecisions() {
        this.lastDecisions = System.nanoTime();
        try {
            this.engine.controls().refresh();
            this.engine.sharing().keys().refresh();
        }
        catch (StoreException ex) {
            logger.warn("What operators have decided was not read, and will be: {}", ex.getMessage());
        }
    }

    /** Comes last: no run that cannot be deleted keeps the rest from being done. */
    private void deleteOld() {
        try {
            this.engine.records().work();
        }
        catch (StoreException ex) {
            logger.warn("Records of the past were not deleted, and will be: {}", ex.getMessage());
        }
        Retention retention = this.engine.retention();
        if (retention == null) {
            return;
        }
        try {
            retention.work(() -> this.thread.isRunning() && !isAsked());
        }
        catch (StoreException ex) {
            logger.warn("Ended runs were not deleted (workflow.retention), and will be: {}", ex.getMessage());
        }
    }

    private boolean isAsked() {
        this.lock.lock();
        try {
            return !this.dead.isEmpty();
        }
        finally {
            this.lock.unlock();
        }
    }

    private List<EngineStore.NodeRow> await() throws InterruptedException {
        this.lock.lock();
        try {
            long left = this.engine.settings().heartbeatInterval().toNanos();
            while (this.thread.isRunning() && this.dead.isEmpty() && left > 0) {
                left = this.asked.awaitNanos(left);
            }
            return List.copyOf(this.dead.values());
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * What fails for one of them, or is locked for a moment, is asked for again by the
     * next beat.
     */
    private void release(EngineStore.NodeRow node) {
        try {
            int released = this.engine.store()
                .releaseDead(node.id(), this.engine.clock().instant(), RELEASE_BATCH, this::goOn);
            if (this.engine.store().unregisterDead(node.id())) {
                this.engine.takeovers().increment();
                logger.info("Took {} runs and activities from node {} ({})", released, node.name(), node.id());
                this.engine.wakeups().due("");
            }
        }
        catch (StoreException ex) {
            logger.warn("Not everything of node {} ({}) was taken over, and will be: {}", node.name(), node.id(),
                    ex.getMessage());
        }
        finally {
            this.lock.lock();
            try {
                this.dead.remove(node.id());
            }
            finally {
                this.lock.unlock();
            }
        }
    }

    /** Between two batches: what has been released may be claimed already. */
    private boolean goOn() {
        this.engine.poller().wake();
        if (System.nanoTime() - this.lastDecisions > this.engine.settings().heartbeatInterval().toNanos()) {
            readDecisions();
        }
        return this.thread.isRunning();
    }

    private void count() {
        long begin = System.nanoTime();
        if (begin - this.nextCount < 0) {
            return;
        }
        try {
            this.engine.gauges().countBacklogs();
        }
        finally {
            long end = System.nanoTime();
            Duration pause = this.engine.settings().heartbeatInterval();
            this.nextCount = end + Math.max(pause.toNanos(), COUNTING_SHARE * (end - begin));
        }
    }

    private void sample() {
        if (this.lastSample == 0 || System.nanoTime() - this.lastSample > SAMPLE.toNanos()) {
            this.lastSample = System.nanoTime();
            this.engine.gauges().takeSample();
        }
    }

    private void sweep() {
        if (System.nanoTime() - this.lastSweep <= SWEEP_LEASES * this.engine.settings().lease().toNanos()) {
            return;
        }
        this.lastSweep = System.nanoTime();
        this.engine.holdings().sweep();
        if (this.sweeps++ % CLEAN_SWEEPS == 0) {
            this.engine.store().clean(this.engine.clock().instant());
        }
    }

}

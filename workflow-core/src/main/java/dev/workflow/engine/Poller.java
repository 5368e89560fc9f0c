package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what this node may run: runs and activities that are due and belong to nobody,
 * and messages. It looks every poll interval, and at once when something wakes it. A loop
 * on a platform thread that never dies.
 */
final class Poller {

    private static final Logger logger = LoggerFactory.getLogger(Poller.class);

    /** After so long without anything to do an actor gives up its thread. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final int MESSAGES = 1_000;

    private static final int RUNS = 200;

    private static final Comparator<EngineStore.ClaimedActivity> OLDEST_FIRST = Comparator.<EngineStore.ClaimedActivity>comparingInt(
            (activity) -> activity.order().priority())
        .thenComparing((activity) -> activity.order().eventTime());

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wakened = this.lock.newCondition();

    private final LinkedBlockingQueue<UUID> wanted = new LinkedBlockingQueue<>(100_000);

    private boolean wake;

    private volatile boolean running = true;

    private volatile boolean busy;

    private final Thread thread = Thread.ofPlatform().name("workflow-poller").daemon(true).unstarted(this::run);

    Poller(WorkflowEngine engine) {
        this.engine = engine;
    }

    void start() {
        this.thread.start();
    }

    void stop() throws InterruptedException {
        this.running = false;
        wake();
        this.thread.join(5_000);
    }

    void wake() {
        this.lock.lock();
        try {
            this.wake = true;
            this.wakened.signal();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Claims this run with the next round, which begins at once. */
    void claimSoon(UUID runId) {
        if (this.wanted.offer(runId)) {
            wake();
        }
    }

    /** Whether nothing was asked of it that it has not done. */
    boolean isIdle() {
        this.lock.lock();
        try {
            return !this.busy && !this.wake && this.wanted.isEmpty();
        }
        finally {
            this.lock.unlock();
        }
    }

    private void run() {
        while (this.running) {
            try {
                boolean more = poll();
                if (!more) {
                    await();
                }
            }
            catch (InterruptedException ex) {
                return;
            }
            catch (StoreException ex) {
                logger.warn("A poll failed and is tried again: {}", ex.getMessage());
                pause();
            }
            catch (RuntimeException | Error ex) {
                logger.error("A poll failed unexpectedly", ex);
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(500);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void await() throws InterruptedException {
        this.lock.lock();
        try {
            this.busy = false;
            long nanos = this.engine.settings().pollInterval().toNanos();
            while (!this.wake && nanos > 0 && this.running) {
                nanos = this.wakened.awaitNanos(nanos);
            }
            this.wake = false;
            this.busy = true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** One round; returns whether there may be more right away. */
    private boolean poll() throws InterruptedException {
        boolean more = false;
        if (this.engine.isWorking()) {
            more = claimWanted();
            more |= messages();
            more |= claimDue();
            more |= claimActivities();
        }
        this.engine.results().poll();
        this.engine.updates().poll();
        this.engine.resident().surplus().forEach(this.engine::evict);
        this.engine.resident().quiet(QUIET).forEach(RunActor::rest);
        return more;
    }

    /**
     * The types that this node runs. Each of them in every queue that the node serves: a
     * start may name another queue than the type's own.
     */
    List<EngineStore.ServedType> servedTypes() {
        TypeRegistry types = this.engine.types();
        List<EngineStore.ServedType> served = new ArrayList<>();
        for (String queue : types.taskQueues()) {
            types.workflowTypes().forEach((type) -> served.add(new EngineStore.ServedType(type, queue)));
        }
        if (types.runsUnknownWorkflows()) {
            served.addAll(this.engine.store().unknownTypes(types.taskQueues(), types.workflowTypes()));
        }
        return served;
    }

    private boolean claimWanted() {
        List<UUID> runs = new ArrayList<>();
        this.wanted.drainTo(runs, RUNS);
        if (!runs.isEmpty()) {
            long node = this.engine.nodeId();
            activate(node, this.engine.store().claim(node, servedTypes(), runs));
        }
        return runs.size() == RUNS;
    }

    private boolean messages() {
        long node = this.engine.nodeId();
        List<UUID> ownerless = new ArrayList<>();
        List<EngineStore.WaitingRun> waiting = this.engine.store().runsWithMessages(node, servedTypes(), MESSAGES);
        for (EngineStore.WaitingRun run : waiting) {
            RunActor actor = this.engine.resident().get(run.runId());
            if (run.terminate()) {
                terminate(run.runId());
            }
            else if (actor != null) {
                actor.offer(new Delivery.InboxHint());
            }
            else if (run.owned()) {
                this.engine.releaseStray(run.runId());
            }
            else {
                ownerless.add(run.runId());
            }
        }
        if (!ownerless.isEmpty()) {
            activate(node, this.engine.store().claim(node, servedTypes(), ownerless));
        }
        return false;
    }

    private void terminate(UUID runId) {
        try {
            this.engine.terminateAsAsked(runId);
        }
        catch (StoreException ex) {
            if (ex.kind() != StoreException.Kind.LOCKED) {
                throw ex;
            }
            // Perhaps a caller's open transaction holds it: the next round tries again,
            // and
            // this one goes on.
            logger.debug("Run {} cannot be ended for a moment: {}", runId, ex.getMessage());
        }
    }

    private boolean claimDue() {
        int limit = Math.min(RUNS, this.engine.slots().free(this.engine.types().taskQueues()));
        if (limit <= 0 || this.engine.types().workflowTypes().isEmpty()) {
            return false;
        }
        long node = this.engine.nodeId();
        Instant now = this.engine.clock().instant();
        List<EngineStore.ClaimedRun> claimed = this.engine.store().claimDue(node, servedTypes(), limit, now);
        activate(node, claimed);
        return claimed.size() == limit;
    }

    private void activate(long node, List<EngineStore.ClaimedRun> claimed) {
        claimed.forEach((run) -> this.engine.activate(node, run));
    }

    private boolean claimActivities() {
        List<EngineStore.SlotRequest> free = this.engine.activities().free();
        if (free.isEmpty()) {
            return false;
        }
        long node = this.engine.nodeId();
        // Of what holds connections, each queue may have given as much as all together
        // may
        // run: the oldest first, whichever queue it is of.
        List<EngineStore.ClaimedActivity> claimed = this.engine.store()
            .claimActivities(node, free, this.engine.clock().instant())
            .stream()
            .sorted(OLDEST_FIRST)
            .toList();
        this.engine.activities().claimed(free, claimed);
        List<EngineStore.ActivityKey> noSlot = new ArrayList<>();
        for (EngineStore.ClaimedActivity activity : claimed) {
            if (this.engine.activities().tryReserveClaimed(activity)) {
                this.engine.activities().start(activity, node);
            }
            else {
                noSlot.add(activity.key());
            }
        }
        if (!noSlot.isEmpty()) {
            this.engine.store().handBack(node, noSlot);
        }
        return !claimed.isEmpty() && noSlot.isEmpty();
    }

}

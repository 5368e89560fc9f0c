package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what this node may run: runs and activities that are due and belong to nobody,
 * and messages. It looks every poll interval, and at once when something wakes it. A loop
 * on a platform thread that never dies. When is decided here; what a look does is
 * {@link Claims}'.
 */
final class Poller {

    private static final Logger logger = LoggerFactory.getLogger(Poller.class);

    /** After so long without anything to do an actor gives up its thread. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final long NOT_QUIET = -1;

    private static final int VAIN = 50;

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wakened = this.lock.newCondition();

    private boolean wake;

    private boolean wakeForActivities;

    private volatile boolean busy;

    private boolean woken;

    /** When it looks at everything again, whoever wakes it. */
    private long nextRound;

    private volatile long lastRound = System.nanoTime();

    /** The moves of the engine before the last look that found nothing. */
    private long quietSince = NOT_QUIET;

    /** How many polls do not ask, since the answer led to nothing. */
    private int inVain;

    private final Claims claims;

    private final EngineThread thread = new EngineThread("workflow-poller", this::run, this::wake);

    Poller(WorkflowEngine engine) {
        this.engine = engine;
        this.claims = new Claims(engine);
    }

    EngineThread thread() {
        return this.thread;
    }

    Duration sinceLastRound() {
        return Duration.ofNanos(System.nanoTime() - this.lastRound);
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
        this.engine.moved();
    }

    /** Slots have become free: looks for activities that wait for them. */
    void wakeForActivities() {
        this.lock.lock();
        try {
            this.wakeForActivities = true;
            this.wakened.signal();
        }
        finally {
            this.lock.unlock();
        }
        this.engine.moved();
    }

    /** Claims this run with the next round, which begins at once. */
    void claimSoon(UUID runId) {
        if (this.claims.want(runId)) {
            wake();
        }
    }

    /**
     * The same for a run that is new: where others wait that go first, it takes its turn.
     */
    void claimSoon(Transition.NewExecution run) {
        claimSoon(run.runId(), run.taskQueue(), run.priority());
    }

    /** The same for a run that has not begun. */
    void claimSoon(UUID runId, String queue, int priority) {
        if (this.engine.sharing().runs().precedence().mustWait(queue, priority)) {
            wake();
        }
        else {
            claimSoon(runId);
        }
    }

    /** Whether nothing was asked of it that it has not done. */
    boolean isIdle() {
        this.lock.lock();
        try {
            return !this.busy && !this.wake && !this.wakeForActivities && !this.claims.isAnyWanted();
        }
        finally {
            this.lock.unlock();
        }
    }

    private void run() {
        while (this.thread.isRunning()) {
            try {
                boolean more = poll();
                this.lastRound = System.nanoTime();
                this.nextRound = System.nanoTime() + this.engine.settings().pollInterval().toNanos();
                while (!more && awaitActivities()) {
                    this.claims.activitiesForFreedSlots(this.nextRound);
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

    /**
     * Waits until there is something to do: only to look for activities, if it returns
     * true, else everything.
     */
    private boolean awaitActivities() throws InterruptedException {
        this.lock.lock();
        try {
            this.busy = false;
            long nanos = this.nextRound - System.nanoTime();
            while (!this.wake && !this.wakeForActivities && nanos > 0 && this.thread.isRunning()) {
                nanos = this.wakened.awaitNanos(nanos);
            }
            this.busy = true;
            boolean everything = this.wake || nanos <= 0 || !this.thread.isRunning() || !this.engine.isWorking();
            this.wakeForActivities = false;
            if (everything) {
                this.woken = this.wake;
                this.wake = false;
            }
            return !everything;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * One round; returns whether there may be more right away. Each of its parts has its
     * turn, whatever becomes of those before it: one run that makes trouble must not keep
     * the others from being claimed.
     */
    private boolean poll() throws InterruptedException {
        List<RuntimeException> failures = new ArrayList<>();
        part(failures, this.engine.controls()::poll);
        boolean more = this.engine.isWorking() && lookForWork(failures);
        part(failures, () -> {
            this.engine.results().poll();
            this.engine.updates().poll();
        });
        this.engine.resident().surplus(System.nanoTime()).forEach(this.engine::evict);
        this.engine.resident().quiet(QUIET).forEach(RunActor::rest);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return more;
    }

    /**
     * Looks for everything; where nothing has moved here since that was in vain, it first
     * asks whether there may be anything at all.
     */
    private boolean lookForWork(List<RuntimeException> failures) {
        List<EngineStore.ServedType> served = this.claims.servedTypes();
        long moves = this.engine.moves();
        boolean asks = !this.woken && moves == this.quietSince && this.inVain == 0;
        if (asks && !part(failures, () -> this.claims.mayHaveWork(served)) && failures.isEmpty()) {
            return false;
        }
        this.claims.begin();
        boolean more = part(failures, () -> this.claims.wanted(served));
        part(failures, () -> this.claims.messages(served, this.woken));
        more |= part(failures, () -> this.claims.due(served));
        more |= part(failures, this.claims::activities);
        boolean quiet = !this.claims.haveFound() && !more && failures.isEmpty() && !isCrowded();
        this.quietSince = quiet ? moves : NOT_QUIET;
        this.inVain = (asks && quiet) ? VAIN : Math.max(0, this.inVain - 1);
        return more;
    }

    private static void part(List<RuntimeException> failures, Runnable part) {
        part(failures, () -> {
            part.run();
            return false;
        });
    }

    private static boolean part(List<RuntimeException> failures, BooleanSupplier part) {
        try {
            return part.getAsBoolean();
        }
        catch (RuntimeException ex) {
            failures.add(ex);
            return false;
        }
    }

    /** The types that this node runs, each in every queue that it serves. */
    List<EngineStore.ServedType> servedTypes() {
        return this.claims.servedTypes();
    }

    private boolean isCrowded() {
        return this.engine.sharing().runs().isCrowded() || this.engine.sharing().activities().isCrowded();
    }

}

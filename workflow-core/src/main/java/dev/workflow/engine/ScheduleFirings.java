package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import dev.workflow.schedule.Schedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires schedules. A loop on a platform thread that never dies, the same on every node:
 * there is no leader. When and which is decided here; what a firing does is a
 * {@link ScheduleFiring}.
 * <p>
 * <b>Once.</b> A firing locks the schedule's row, and in one transaction moves its next
 * time on and writes the runs that it starts. Whoever comes second passes the row by, or
 * finds the time moved. What a crash interrupts has not happened.
 * <p>
 * <b>Ends of runs.</b> A schedule that waits for one of its runs, or pauses when one
 * fails, is marked as watching and remembers the run. A run that ends here gives a hint;
 * others are found by a look at what is watched, which may take a tenth of the time.
 * <p>
 * <b>Cost.</b> The next time of all is asked for every two seconds by one index lookup,
 * and kept in memory; a change wakes. With no schedule nothing else is asked.
 */
final class ScheduleFirings implements ScheduleGauges {

    /** The search attribute by which lists find the runs of a schedule. */
    static final String SCHEDULE_ID = "ScheduleId";

    /** The search attribute that says which time a run is for. */
    static final String SCHEDULED_TIME = "ScheduledTime";

    private static final Logger logger = LoggerFactory.getLogger(ScheduleFirings.class);

    private static final Duration BACKSTOP = Duration.ofSeconds(2);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    /** How long a schedule is left alone whose firing meets somebody's lock. */
    private static final Duration LOCKED = Duration.ofSeconds(1);

    private static final int BATCH = 100;

    /** What is watched may take this share of the time. */
    private static final int WATCHING_SHARE = 10;

    private static final int MAX_HINTS = 100_000;

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wakened = this.lock.newCondition();

    private final Set<String> watched = ConcurrentHashMap.newKeySet();

    private boolean wake;

    private volatile boolean busy = true;

    private volatile boolean hinted;

    private volatile ScheduleStore.Census census = ScheduleStore.Census.NONE;

    private long looked = System.nanoTime();

    private long lookTook;

    private final EngineThread thread = new EngineThread("workflow-schedules", this::run, this::wake);

    ScheduleFirings(WorkflowEngine engine) {
        this.engine = engine;
    }

    EngineThread thread() {
        return this.thread;
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

    /** A schedule was created or changed. */
    void changed() {
        wake();
        this.engine.wakeups().schedulesChanged();
    }

    /** A run has ended on this node. */
    void ended(String runId) {
        if (!this.watched.isEmpty() && this.watched.remove(runId)) {
            this.hinted = true;
            wake();
        }
    }

    private ScheduleStore store() {
        return this.engine.store().schedules();
    }

    private void run() {
        while (this.thread.isRunning()) {
            try {
                Duration pause = this.engine.isWorking() ? round() : BACKSTOP;
                await(pause);
            }
            catch (InterruptedException ex) {
                return;
            }
            catch (StoreException ex) {
                logger.warn("Schedules were not fired, and will be: {}", ex.getMessage());
                pause();
            }
            catch (RuntimeException | Error ex) {
                logger.error("Schedules could not be fired", ex);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE_AFTER_FAILURE.toNanos());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void await(Duration pause) throws InterruptedException {
        this.lock.lock();
        try {
            long nanos = pause.toNanos();
            this.busy = nanos <= 0;
            while (!this.wake && nanos > 0 && this.thread.isRunning()) {
                nanos = this.wakened.awaitNanos(nanos);
            }
            this.wake = false;
            this.busy = true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Does what is due; returns how long there is nothing to do then. */
    private Duration round() {
        ScheduleStore.Agenda agenda = store().agenda();
        Instant now = this.engine.clock().instant();
        boolean passedBy = false;
        if (agenda.next() != null && !agenda.next().isAfter(now)) {
            if (this.engine.backPressure().holdsUp() != null) {
                return ScheduleFiring.HELD_UP;
            }
            if (fire((work) -> store().due(now, BATCH, work), now)) {
                return Duration.ZERO;
            }
            // What is due and cannot be had is being fired elsewhere, or being changed.
            passedBy = true;
        }
        Duration pause = passedBy ? this.engine.settings().pollInterval() : BACKSTOP;
        if (!agenda.watching()) {
            this.hinted = false;
        }
        else {
            if (look(now)) {
                return Duration.ZERO;
            }
            pause = this.engine.settings().pollInterval();
        }
        Duration left = (agenda.next() != null && !passedBy) ? Duration.between(now, agenda.next()) : BACKSTOP;
        return (left.compareTo(pause) < 0) ? left : pause;
    }

    /** Looks for watched runs that have ended; true: there may be more. */
    private boolean look(Instant now) {
        long begin = System.nanoTime();
        if (!this.hinted && begin - this.looked < this.lookTook * (WATCHING_SHARE - 1)) {
            return false;
        }
        this.hinted = false;
        boolean found = fire((work) -> store().ended(BATCH, work), now);
        this.looked = System.nanoTime();
        this.lookTook = this.looked - begin;
        return found;
    }

    /**
     * Has schedules take note of runs that have ended, also where nothing waits for that:
     * the next run is to know how the one before it ended, though that is deleted before.
     * @return false when it was held up before it had told all of them
     */
    boolean takeNote(BooleanSupplier goOn) {
        Instant now = this.engine.clock().instant();
        String[] last = { "" };
        Batch next = (work) -> store().endedUnnoticed(last[0], BATCH, (firing) -> {
            firing.schedules().forEach((schedule) -> last[0] = schedule.scheduleId());
            return work.apply(firing);
        });
        while (fire(next, now)) {
            if (!goOn.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same with the schedule that a run is of, before somebody deletes that. The end
     * is not told where the schedule cannot be fired: that must not keep anybody from
     * deleting.
     * @throws StoreException when somebody holds the schedule, or what it starts is held
     * up
     */
    void takeNoteOf(EngineStore.ExecutionRow run) {
        Object scheduleId = this.engine.json().readAttributes(run.searchAttributes()).get(SCHEDULE_ID);
        if (scheduleId instanceof String id) {
            this.engine.patiently(() -> takeNote(id));
        }
    }

    private boolean takeNote(String scheduleId) {
        if (!store().hasEnded(scheduleId)) {
            return true;
        }
        Instant now = this.engine.clock().instant();
        ScheduleFiring.Fired fired;
        try {
            fired = store().one(scheduleId, (firing) -> new ScheduleFiring(this.engine, firing, now).fire());
        }
        catch (StoreException ex) {
            if (ex.kind() != StoreException.Kind.REJECTED) {
                throw ex;
            }
            logger.warn("Schedule '{}' does not learn how its run has ended: {}", scheduleId, ex.getMessage());
            return true;
        }
        if (fired.schedules() == 0 || fired.heldUp()) {
            throw new StoreException(StoreException.Kind.LOCKED, "Schedule '" + scheduleId
                    + (fired.heldUp() ? "' may start nothing for a moment" : "' is held by somebody"), null);
        }
        tell(fired);
        return true;
    }

    private boolean fire(Batch batch, Instant now) {
        List<String> locked = new ArrayList<>();
        ScheduleFiring.Fired fired;
        try {
            fired = batch.apply((firing) -> {
                firing.schedules().forEach((schedule) -> locked.add(schedule.scheduleId()));
                return new ScheduleFiring(this.engine, firing, now).fire();
            });
        }
        catch (RuntimeException ex) {
            if (isTransient(ex) || locked.isEmpty()) {
                throw ex;
            }
            logger.debug("Schedules are fired one by one: {}", ex.getMessage());
            locked.forEach((scheduleId) -> fireAlone(scheduleId, now));
            return true;
        }
        tell(fired);
        return fired.schedules() > 0;
    }

    /** One that makes trouble is left alone for a while, and holds up no other. */
    private void fireAlone(String scheduleId, Instant now) {
        try {
            tell(store().one(scheduleId, (firing) -> new ScheduleFiring(this.engine, firing, now).fire()));
        }
        catch (RuntimeException ex) {
            if (isTransient(ex)) {
                throw ex;
            }
            boolean locked = ex instanceof StoreException store && store.kind() == StoreException.Kind.LOCKED;
            if (!locked) {
                logger.warn("Schedule '{}' cannot be fired: {}", scheduleId, ex.getMessage());
            }
            store().postpone(scheduleId, now.plus(locked ? LOCKED : ScheduleFiring.POSTPONED),
                    String.valueOf(ex.getMessage()));
        }
    }

    private static boolean isTransient(RuntimeException failure) {
        return failure instanceof StoreException store && store.kind() == StoreException.Kind.TRANSIENT;
    }

    private void tell(ScheduleFiring.Fired fired) {
        fired.over().forEach(this.watched::remove);
        if (this.watched.size() > MAX_HINTS) {
            // Runs whose ends were seen elsewhere; what is watched is hinted at again.
            this.watched.clear();
        }
        this.watched.addAll(fired.watched());
        fired.started().forEach((execution) -> this.engine.begun(execution, execution.place() != null));
        fired.delivered().forEach(this.engine.deliveries()::announce);
    }

    // For the clock of tests, health and meters

    /** Whether nothing is due, nor waits for a run that has ended. */
    boolean isQuiet() {
        this.lock.lock();
        try {
            if (this.busy || this.wake || this.hinted) {
                return !this.engine.isWorking();
            }
        }
        finally {
            this.lock.unlock();
        }
        if (!this.engine.isWorking()) {
            return true;
        }
        ScheduleStore.Agenda agenda = store().agenda();
        boolean due = agenda.next() != null && !agenda.next().isAfter(this.engine.clock().instant());
        return !due && !(agenda.watching() && store().hasEnded());
    }

    /** When a schedule is due next that this node may fire. */
    Optional<Instant> next() {
        return this.engine.isWorking() ? Optional.ofNullable(store().agenda().next()) : Optional.empty();
    }

    void takeCensus() {
        this.census = store().census();
    }

    @Override
    public long count() {
        return this.census.count();
    }

    @Override
    public long paused() {
        return this.census.paused();
    }

    @Override
    public long failing() {
        return this.census.failing();
    }

    @Override
    public Duration lag() {
        Instant oldest = this.census.oldestDue();
        Duration lag = (oldest != null) ? Duration.between(oldest, this.engine.clock().instant()) : Duration.ZERO;
        return lag.isNegative() ? Duration.ZERO : lag;
    }

    @Override
    public long missed() {
        return this.census.missed();
    }

    /** Locks the rows of some schedules, and has them fired in that transaction. */
    private interface Batch
            extends Function<Function<ScheduleStore.Firing, ScheduleFiring.Fired>, ScheduleFiring.Fired> {

    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Slots in which attempts run: those of a queue, and those of the application's
 * connection pool, in which each attempt in a transaction holds a connection from its
 * first moment to its last.
 * <p>
 * Beside those that run, some attempts wait here for their turn, the most urgent and then
 * the oldest first, holding neither a thread nor a connection: as many as will begin
 * soon, judged by how long attempts took lately or by how many have ended, whichever says
 * more. So a slot that gets free never waits for the database. Who waits for much longer
 * all the same, behind attempts slower than those before, is left to other nodes. Whoever
 * finds no place goes away, and its row waits in the database. While rows wait there,
 * what is ordered later joins them instead of overtaking them. Safe for use by several
 * threads.
 *
 * @param <T> an attempt
 */
final class ActivitySlots<T> {

    /**
     * How much may wait here.
     *
     * @param ahead within which time it is to begin, in nanoseconds
     * @param patience who waits for longer was misjudged, in nanoseconds
     * @param most how many at most
     */
    private record Reach(double ahead, long patience, int most) {

        /** Somewhere else there may be nothing to do. */
        private static final Reach AMONG_OTHERS = new Reach(Duration.ofMillis(200).toNanos(),
                Duration.ofSeconds(1).toNanos(), 5_000);

        /**
         * Nobody else could begin earlier, and the way through the database costs work.
         */
        private static final Reach ALONE = new Reach(Duration.ofSeconds(1).toNanos(), Duration.ofSeconds(5).toNanos(),
                20_000);

    }

    /** The weight of the latest attempt in the average. */
    private static final double LATEST = 1.0 / 16;

    /** The attempts that end are counted for so long, at least; nanoseconds. */
    private static final long WINDOW = Duration.ofSeconds(1).toNanos();

    private final IntSupplier limit;

    private final BooleanSupplier mayWait;

    private final BooleanSupplier alone;

    private final ReentrantLock lock = new ReentrantLock();

    private final Queue<Waiting<T>> waiting = new PriorityQueue<>(
            Comparator.<Waiting<T>>comparingInt(Waiting::priority).thenComparingLong(Waiting::number));

    private long numbers;

    /** Have a place: are being ordered or claimed, wait, or run. */
    private int admitted;

    private int running;

    /** How long an attempt takes, in nanoseconds; 0: not known yet. */
    private double average;

    /** Since when the attempts are counted that end, in nanoseconds. */
    private long windowBegan;

    private int endedInWindow;

    /**
     * How many attempts ended in each nanosecond of the last window. A pause of the whole
     * process makes all that run look slow at once, but hardly ends fewer.
     */
    private double pace;

    private boolean awaited;

    /** Nothing has ended since some have waited for too long. */
    private boolean stalled;

    /**
     * Slots whose number may change.
     * @param limit how many there are now
     * @param mayWait whether attempts may wait here now; else each slot that gets free is
     * given away by a claim
     * @param alone whether there is no other node now
     */
    ActivitySlots(IntSupplier limit, BooleanSupplier mayWait, BooleanSupplier alone) {
        this.limit = limit;
        this.mayWait = mayWait;
        this.alone = alone;
    }

    private Reach reach() {
        return this.alone.getAsBoolean() ? Reach.ALONE : Reach.AMONG_OTHERS;
    }

    /** Takes a place for an activity that is just being ordered. */
    boolean tryTakeNew() {
        this.lock.lock();
        try {
            if (this.awaited) {
                return false;
            }
            boolean taken = tryTakePlace();
            this.awaited = !taken;
            return taken;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Takes a place for an activity whose row has waited. */
    boolean tryTake() {
        this.lock.lock();
        try {
            return tryTakePlace();
        }
        finally {
            this.lock.unlock();
        }
    }

    private boolean tryTakePlace() {
        if (this.admitted >= limit() + ahead()) {
            return false;
        }
        this.admitted++;
        return true;
    }

    /** Whether there is a place, which others may take first. */
    boolean hasPlace() {
        this.lock.lock();
        try {
            return this.admitted < limit() + ahead();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Takes a place for an attempt that has waited for something else meanwhile, and now
     * as {@link #begin}.
     */
    boolean join(T attempt, int priority, long now) {
        this.lock.lock();
        try {
            this.admitted++;
            return begin(attempt, priority, now);
        }
        finally {
            this.lock.unlock();
        }
    }

    private int ahead() {
        if (this.average == 0 || this.stalled || !this.mayWait.getAsBoolean()) {
            return 0;
        }
        Reach reach = reach();
        return (int) Math.min(reach.most(), reach.ahead() * Math.max(limit() / this.average, this.pace));
    }

    /**
     * Gives a place back that was not used; returns whether it is time to look for more.
     */
    boolean withdraw() {
        this.lock.lock();
        try {
            this.admitted--;
            return wantsMore();
        }
        finally {
            this.lock.unlock();
        }
    }

    private boolean wantsMore() {
        return this.awaited && this.admitted < limit() + (ahead() + 1) / 2;
    }

    /**
     * Whether an attempt that has a place runs now; else it has its turn later.
     * @param priority the lowest number goes first
     * @param now by the monotonic clock
     */
    boolean begin(T attempt, int priority, long now) {
        this.lock.lock();
        try {
            if (this.running < limit()) {
                this.running++;
                return true;
            }
            this.waiting.add(new Waiting<>(attempt, priority, this.numbers++, now));
            return false;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * An attempt has ended.
     * @param took how long it ran, in nanoseconds; 0: it did not
     * @param now by the monotonic clock
     * @return what is to be done now
     */
    Ended<T> end(long took, long now) {
        this.lock.lock();
        try {
            if (took > 0) {
                this.average = (this.average > 0) ? this.average + (took - this.average) * LATEST : took;
                this.stalled = false;
                count(now);
            }
            this.admitted--;
            this.running--;
            return new Ended<>(next(), wantsMore());
        }
        finally {
            this.lock.unlock();
        }
    }

    private void count(long now) {
        if (this.endedInWindow++ == 0 && this.pace == 0) {
            this.windowBegan = now;
        }
        long window = now - this.windowBegan;
        if (window >= WINDOW) {
            this.pace = (double) this.endedInWindow / window;
            this.windowBegan = now;
            this.endedInWindow = 0;
        }
    }

    /** Whose turn it is, if there is a slot; it runs now. */
    @Nullable T next() {
        this.lock.lock();
        try {
            Waiting<T> next = (this.running < limit()) ? this.waiting.poll() : null;
            if (next == null) {
                return null;
            }
            this.running++;
            return next.attempt();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Takes those away that wait, with their places. */
    List<T> drain() {
        this.lock.lock();
        try {
            List<T> drained = new ArrayList<>();
            while (!this.waiting.isEmpty()) {
                drained.add(this.waiting.remove().attempt());
            }
            this.admitted -= drained.size();
            return drained;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Takes those away that have waited for too long, to wait in the database for
     * whichever node. Where it is the next that has, and not only those behind more
     * urgent ones, what runs is slower than what ran before, and no more are taken ahead
     * until one has ended.
     * @param now by the monotonic clock
     */
    List<T> overdue(long now) {
        this.lock.lock();
        try {
            long patience = reach().patience();
            Waiting<T> next = this.waiting.peek();
            if (next != null && now - next.since() >= patience) {
                this.average = Math.max(this.average, (double) patience);
                this.pace = 0;
                this.endedInWindow = 0;
                this.stalled = true;
                this.awaited = true;
                return drain();
            }
            List<T> overdue = this.waiting.stream()
                .filter((attempt) -> now - attempt.since() >= patience)
                .map(Waiting::attempt)
                .toList();
            this.waiting.removeIf((attempt) -> now - attempt.since() >= patience);
            this.admitted -= overdue.size();
            return overdue;
        }
        finally {
            this.lock.unlock();
        }
    }

    int limit() {
        return this.limit.getAsInt();
    }

    int used() {
        this.lock.lock();
        try {
            return this.running;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Whether rows may wait in the database, which must not be overtaken. */
    boolean isAwaited() {
        this.lock.lock();
        try {
            return this.awaited;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Whether nobody has a place. */
    boolean isIdle() {
        this.lock.lock();
        try {
            return this.admitted == 0;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** How many may be claimed. Where none may, nobody knows what waits. */
    int free() {
        this.lock.lock();
        try {
            int free = limit() + ahead() - this.admitted;
            this.awaited |= free <= 0;
            return Math.max(0, free);
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * The database was asked for rows that wait.
     * @param all whether these were all, so that none does any more
     */
    void claimed(boolean all) {
        this.lock.lock();
        try {
            this.awaited = !all;
        }
        finally {
            this.lock.unlock();
        }
    }

    private record Waiting<T>(T attempt, int priority, long number, long since) {
    }

    /**
     * What follows the end of an attempt.
     *
     * @param <T> an attempt
     * @param next runs now, in its place
     * @param wantsMore whether it is time to look for more in the database
     */
    record Ended<T>(@Nullable T next, boolean wantsMore) {
    }

}

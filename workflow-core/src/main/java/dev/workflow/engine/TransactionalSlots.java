package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The share of the application's connection pool that activities may hold: each attempt
 * in a transaction occupies a connection from its first moment to its last, and without a
 * bound as many as there are activity slots would leave the application none.
 * <p>
 * Beside those that run, a few attempts wait here for their turn, holding neither a
 * connection nor a thread nor a slot of their queue: as many as will begin within
 * {@value #AHEAD_MILLIS} ms, judged by how long attempts took lately. So a slot that gets
 * free never waits for the database. Who waits for a second all the same, behind attempts
 * slower than those before, is left to other nodes. Whoever finds no place goes away, and
 * its row waits in the database. While rows wait there, what is ordered later joins them
 * instead of overtaking them. Safe for use by several threads.
 *
 * @param <T> an attempt
 */
final class TransactionalSlots<T> {

    private static final int AHEAD_MILLIS = 200;

    private static final double AHEAD = Duration.ofMillis(AHEAD_MILLIS).toNanos();

    private static final int MOST = 1_000;

    /** Who waits for longer was misjudged, and is left to other nodes. */
    private static final long PATIENCE = Duration.ofSeconds(1).toNanos();

    /** The weight of the latest attempt in the average. */
    private static final double LATEST = 1.0 / 16;

    private final int limit;

    private final ReentrantLock lock = new ReentrantLock();

    private final Queue<Waiting<T>> waiting = new ArrayDeque<>();

    /** Have a place: are being ordered or claimed, wait, or run. */
    private int admitted;

    private int running;

    /** How long an attempt takes, in nanoseconds; 0: not known yet. */
    private double average;

    private boolean awaited;

    TransactionalSlots(int limit) {
        this.limit = limit;
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
        if (this.admitted >= this.limit + ahead()) {
            return false;
        }
        this.admitted++;
        return true;
    }

    private int ahead() {
        return (this.average > 0) ? (int) Math.min(MOST, this.limit * AHEAD / this.average) : 0;
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
        return this.awaited && this.admitted < this.limit + (ahead() + 1) / 2;
    }

    /**
     * Whether an attempt that has a place runs now; else it has its turn later.
     * @param now by the monotonic clock
     */
    boolean begin(T attempt, long now) {
        this.lock.lock();
        try {
            if (this.running < this.limit) {
                this.running++;
                return true;
            }
            this.waiting.add(new Waiting<>(attempt, now));
            return false;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * An attempt has ended.
     * @param took how long it ran, in nanoseconds; 0: it did not
     * @return what is to be done now
     */
    Ended<T> end(long took) {
        this.lock.lock();
        try {
            if (took > 0) {
                this.average = (this.average > 0) ? this.average + (took - this.average) * LATEST : took;
            }
            this.admitted--;
            Waiting<T> next = this.waiting.poll();
            if (next == null) {
                this.running--;
            }
            return new Ended<>((next != null) ? next.attempt() : null, wantsMore());
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Takes those away that wait, with their places. */
    List<T> drain() {
        this.lock.lock();
        try {
            List<T> drained = this.waiting.stream().map(Waiting::attempt).toList();
            this.admitted -= drained.size();
            this.waiting.clear();
            return drained;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Takes those away that wait once one of them has done so for too long: what runs is
     * slower than what ran before. They wait in the database then, for whichever node.
     * @param now by the monotonic clock
     */
    List<T> overdue(long now) {
        this.lock.lock();
        try {
            Waiting<T> first = this.waiting.peek();
            if (first == null || now - first.since() < PATIENCE) {
                return List.of();
            }
            this.average = Math.max(this.average, (double) PATIENCE);
            this.awaited = true;
            return drain();
        }
        finally {
            this.lock.unlock();
        }
    }

    int limit() {
        return this.limit;
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

    /** How many may be claimed. */
    int free() {
        this.lock.lock();
        try {
            return Math.max(0, this.limit + ahead() - this.admitted);
        }
        finally {
            this.lock.unlock();
        }
    }

    /** The database has no row that waits. */
    void noneWaits() {
        this.lock.lock();
        try {
            this.awaited = false;
        }
        finally {
            this.lock.unlock();
        }
    }

    private record Waiting<T>(T attempt, long since) {
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

package dev.workflow.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The share of the application's connection pool that activities may hold: each attempt
 * in a transaction occupies a connection from its first moment to its last, and without a
 * bound as many as there are activity slots would leave the application none.
 * <p>
 * Whoever finds no slot goes away, and its row waits in the database, holding neither a
 * connection nor a thread. While rows wait, what is ordered later joins them instead of
 * overtaking them. Safe for use by several threads.
 */
final class TransactionalSlots {

    private final int limit;

    private final AtomicInteger used = new AtomicInteger();

    private volatile boolean awaited;

    TransactionalSlots(int limit) {
        this.limit = limit;
    }

    /** Takes a slot for an activity that is just being ordered. */
    boolean tryTakeNew() {
        if (this.awaited) {
            return false;
        }
        boolean taken = tryTake();
        if (!taken) {
            this.awaited = true;
        }
        return taken;
    }

    /** Takes a slot for an activity whose row has waited. */
    boolean tryTake() {
        return this.used.getAndUpdate((now) -> Math.min(this.limit, now + 1)) < this.limit;
    }

    /** Gives a slot back; returns whether there was none before. */
    boolean release() {
        return this.used.getAndDecrement() == this.limit;
    }

    int limit() {
        return this.limit;
    }

    int used() {
        return this.used.get();
    }

    int free() {
        return this.limit - this.used.get();
    }

    /** The database has no row that waits. */
    void noneWaits() {
        this.awaited = false;
    }

}

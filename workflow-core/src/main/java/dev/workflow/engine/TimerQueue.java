package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node does at a later time by the engine's clock. One platform thread runs
 * what is due; the actions only enqueue. Whoever does not need an entry any more cancels
 * it, so that the queue holds no more than what is really waited for. A clock that jumps
 * calls {@link #wake}.
 */
final class TimerQueue {

    private static final Logger logger = LoggerFactory.getLogger(TimerQueue.class);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private static final Duration AFTER_FAILURE = Duration.ofMillis(100);

    private final EngineClock clock;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = this.lock.newCondition();

    private final TreeSet<Entry> entries = new TreeSet<>(
            Comparator.comparing(Entry::at).thenComparingLong(Entry::order));

    private long order;

    private Instant nextLook = Instant.MIN;

    private boolean running = true;

    private boolean performing;

    /** Looks that failed and are not in the log yet. */
    private int failures;

    TimerQueue(EngineClock clock) {
        this.clock = clock;
    }

    /**
     * Something that is done at a later time.
     *
     * @param at when
     * @param order tells apart what is done at the same time
     * @param action what
     */
    record Entry(Instant at, long order, Runnable action) {
    }

    void start() {
        Thread.ofPlatform().name("workflow-timers").daemon(true).start(this::run);
    }

    void stop() {
        this.lock.lock();
        try {
            this.running = false;
            this.entries.clear();
            this.changed.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Does something at a time, or at once when that has passed; the entry can be
     * canceled.
     */
    Entry at(Instant time, Runnable action) {
        this.lock.lock();
        try {
            Entry entry = new Entry(time, this.order++, action);
            if (this.running) {
                this.entries.add(entry);
                if (time.isBefore(this.nextLook)) {
                    this.changed.signalAll();
                }
            }
            return entry;
        }
        finally {
            this.lock.unlock();
        }
    }

    void cancel(Entry entry) {
        this.lock.lock();
        try {
            this.entries.remove(entry);
        }
        finally {
            this.lock.unlock();
        }
    }

    /** How much is waited for. */
    int size() {
        this.lock.lock();
        try {
            return this.entries.size();
        }
        finally {
            this.lock.unlock();
        }
    }

    void wake() {
        this.lock.lock();
        try {
            this.changed.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    Optional<Instant> next() {
        this.lock.lock();
        try {
            return this.entries.isEmpty() ? Optional.empty() : Optional.of(this.entries.first().at());
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Whether nothing is due, nor being done. */
    boolean isIdle() {
        this.lock.lock();
        try {
            return !this.performing
                    && (this.entries.isEmpty() || this.entries.first().at().isAfter(this.clock.instant()));
        }
        finally {
            this.lock.unlock();
        }
    }

    private void run() {
        this.lock.lock();
        try {
            while (this.running) {
                Duration pause = round();
                if (pause.isPositive()) {
                    this.changed.await(pause.toNanos(), TimeUnit.NANOSECONDS);
                }
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Returns how long there is nothing to do. */
    private Duration round() {
        try {
            return look();
        }
        catch (RuntimeException | Error ex) {
            // As when memory is short, when the log cannot take it either: the next
            // round says it.
            this.failures++;
            return AFTER_FAILURE;
        }
    }

    private Duration look() {
        if (this.failures > 0) {
            logger.error("Looking for timers that are due failed {} times; it goes on", this.failures);
            this.failures = 0;
        }
        Entry next = this.entries.isEmpty() ? null : this.entries.first();
        Instant now = this.clock.instant();
        Duration wait = (next != null) ? Duration.between(now, next.at()) : LONGEST_WAIT;
        if (next != null && wait.compareTo(Duration.ZERO) <= 0) {
            this.entries.remove(next);
            perform(next);
            return Duration.ZERO;
        }
        wait = (wait.compareTo(LONGEST_WAIT) > 0) ? LONGEST_WAIT : wait;
        this.nextLook = now.plus(wait);
        return wait;
    }

    private void perform(Entry entry) {
        this.performing = true;
        this.lock.unlock();
        try {
            entry.action().run();
        }
        catch (RuntimeException | Error ex) {
            logger.error("A timer's action failed", ex);
        }
        finally {
            this.lock.lock();
            this.performing = false;
        }
    }

}

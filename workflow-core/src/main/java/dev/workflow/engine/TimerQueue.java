package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node does at a later time by the engine's clock. One platform thread runs
 * what is due; the actions only enqueue. A clock that jumps calls {@link #wake}.
 */
final class TimerQueue {

    private static final Logger logger = LoggerFactory.getLogger(TimerQueue.class);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private record Entry(Instant at, long order, Runnable action) implements Comparable<Entry> {

        @Override
        public int compareTo(Entry other) {
            int byTime = this.at.compareTo(other.at);
            return (byTime != 0) ? byTime : Long.compare(this.order, other.order);
        }

    }

    private final EngineClock clock;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = this.lock.newCondition();

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();

    private long order;

    private boolean running = true;

    TimerQueue(EngineClock clock) {
        this.clock = clock;
    }

    void start() {
        Thread.ofPlatform().name("workflow-timers").daemon(true).start(this::run);
    }

    void stop() {
        this.lock.lock();
        try {
            this.running = false;
            this.changed.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    void at(Instant time, Runnable action) {
        this.lock.lock();
        try {
            Entry entry = new Entry(time, this.order++, action);
            this.entries.add(entry);
            if (this.entries.peek() == entry) {
                this.changed.signalAll();
            }
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
            return Optional.ofNullable(this.entries.peek()).map(Entry::at);
        }
        finally {
            this.lock.unlock();
        }
    }

    private void run() {
        this.lock.lock();
        try {
            while (this.running) {
                Entry next = this.entries.peek();
                Duration wait = (next != null) ? Duration.between(this.clock.instant(), next.at()) : LONGEST_WAIT;
                if (next != null && wait.compareTo(Duration.ZERO) <= 0) {
                    this.entries.poll();
                    this.lock.unlock();
                    try {
                        next.action().run();
                    }
                    catch (RuntimeException ex) {
                        logger.error("A timer's action failed", ex);
                    }
                    finally {
                        this.lock.lock();
                    }
                    continue;
                }
                wait = (wait.compareTo(LONGEST_WAIT) > 0) ? LONGEST_WAIT : wait;
                this.changed.await(Math.max(1, wait.toNanos()), TimeUnit.NANOSECONDS);
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        finally {
            this.lock.unlock();
        }
    }

}

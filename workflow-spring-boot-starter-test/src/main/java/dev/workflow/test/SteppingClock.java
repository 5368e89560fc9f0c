package dev.workflow.test;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.workflow.engine.WorkflowEngine;

/**
 * A clock that stands still until it is moved, and then stops wherever something is due.
 */
final class SteppingClock implements WorkflowClock {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    /**
     * How often in a row nothing may be seen to run: work that passes from one part of
     * the engine to another just then can escape one look, but not several.
     */
    private static final int LOOKS = 3;

    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(200);

    private final Supplier<WorkflowEngine> engine;

    private final ReentrantLock moving = new ReentrantLock();

    private volatile Instant now;

    /** The engine is asked for late: it needs this clock itself. */
    SteppingClock(Instant start, Supplier<WorkflowEngine> engine) {
        this.now = start;
        this.engine = engine;
    }

    @Override
    public Instant instant() {
        return this.now;
    }

    @Override
    public void advance(Duration by) {
        this.moving.lock();
        try {
            awaitIdle();
            Instant target = this.now.plus(requireForward(by));
            Instant next = nextDue(target);
            while (next.isBefore(target)) {
                moveTo(next);
                awaitIdle();
                next = nextDue(target);
            }
            moveTo(target);
            awaitIdle();
        }
        finally {
            this.moving.unlock();
        }
    }

    @Override
    public void skip(Duration by) {
        this.moving.lock();
        try {
            moveTo(this.now.plus(requireForward(by)));
        }
        finally {
            this.moving.unlock();
        }
    }

    private static Duration requireForward(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("Time only moves forward, not by " + by);
        }
        return by;
    }

    private Instant nextDue(Instant latest) {
        return this.engine.get().nextDue().filter((due) -> due.isBefore(latest)).orElse(latest);
    }

    private void moveTo(Instant instant) {
        if (instant.isAfter(this.now)) {
            this.now = instant;
            this.engine.get().clockMoved();
        }
    }

    @Override
    public void awaitIdle() {
        long begin = System.nanoTime();
        long pause = SHORTEST_PAUSE;
        int quiet = 0;
        while (quiet < LOOKS) {
            boolean now = isIdle();
            quiet = now ? quiet + 1 : 0;
            if (!now && System.nanoTime() - begin > PATIENCE) {
                throw new IllegalStateException(
                        "Something still runs or waits to run after " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE)
                                + " s at " + this.now + ": " + String.join("; ", this.engine.get().unfinished()));
            }
            LockSupport.parkNanos(pause);
            pause = now ? SHORTEST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2);
        }
    }

    private boolean isIdle() {
        WorkflowEngine engine = this.engine.get();
        return engine.isQuiet() && engine.nextDue().filter((due) -> !due.isAfter(this.now)).isEmpty();
    }

    @Override
    public String toString() {
        return "WorkflowClock at " + this.now;
    }

}

package dev.workflow.replay;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A virtual thread that runs only while it has the turn. Driver and thread hand the turn
 * to each other by a volatile flag and park: a monitor would pin the carrier on JDK 21 to
 * 23. The flag also publishes everything that one side wrote before the other goes on, so
 * the state of a run needs no further synchronization.
 */
final class WorkflowThread {

    /**
     * How often code may catch {@link EvictedError} and call again before its thread is
     * given up.
     */
    private static final int EVICTIONS = 100;

    private final String name;

    private final Thread thread;

    private final Map<String, String> header;

    private RunScope scope;

    private @Nullable LocalValues locals;

    private volatile boolean hasTurn;

    private volatile @Nullable Thread driver;

    private volatile boolean ended;

    private boolean started;

    private int evictions;

    WorkflowThread(String name, RunScope scope, Map<String, String> header, Runnable body) {
        this.name = name;
        this.scope = scope;
        this.header = header;
        this.thread = Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(() -> {
            try {
                body.run();
            }
            finally {
                this.ended = true;
                handBack();
            }
        });
    }

    String name() {
        return this.name;
    }

    Thread thread() {
        return this.thread;
    }

    /** What the call that the thread runs carries. */
    Map<String, String> header() {
        return this.header;
    }

    RunScope scope() {
        return this.scope;
    }

    /** Changes the scope of what the thread does next; returns the one before. */
    RunScope enter(RunScope inner) {
        RunScope before = this.scope;
        this.scope = inner;
        return before;
    }

    /** The values of the thread's own variables. */
    LocalValues locals(WorkflowThreads threads) {
        LocalValues made = this.locals;
        if (made == null) {
            made = new LocalValues(threads);
            this.locals = made;
        }
        return made;
    }

    boolean isStarted() {
        return this.started;
    }

    boolean isEnded() {
        return this.ended;
    }

    /**
     * The carrier that the thread keeps although it has blocked; null: none. For any
     * thread.
     */
    @Nullable String keptCarrier() {
        String carrier = (this.hasTurn || this.ended) ? null : Carriers.keptBy(this.thread.toString());
        // It may have got the turn in between, and waits for something else.
        return this.hasTurn ? null : carrier;
    }

    /** Gives the thread the turn and waits until it blocks or ends; for the driver. */
    void advance() {
        giveTurn();
        boolean interrupted = false;
        while (this.hasTurn) {
            LockSupport.park(this);
            // An interrupt is the driver's affair; kept pending it would turn the wait
            // into a spin.
            interrupted |= Thread.interrupted();
        }
        restoreInterrupt(interrupted);
    }

    /**
     * As {@link #advance()}; returns false when the time was over first and the thread
     * runs on alone.
     */
    boolean advance(long timeoutNanos) {
        giveTurn();
        long begin = System.nanoTime();
        boolean interrupted = false;
        while (this.hasTurn && System.nanoTime() - begin < timeoutNanos) {
            LockSupport.parkNanos(this, timeoutNanos - (System.nanoTime() - begin));
            interrupted |= Thread.interrupted();
        }
        restoreInterrupt(interrupted);
        return !this.hasTurn;
    }

    private void giveTurn() {
        this.driver = Thread.currentThread();
        this.hasTurn = true;
        if (this.started) {
            LockSupport.unpark(this.thread);
        }
        else {
            this.started = true;
            this.thread.start();
        }
    }

    /** Hands the turn back and waits until it comes again; for the thread itself. */
    void park() {
        handBack();
        awaitTurn();
    }

    /** What the thread has to throw now that it must not go on. */
    EvictedError evicted() {
        this.evictions++;
        if (this.evictions > EVICTIONS) {
            // Code that catches every Throwable and tries again would spin for ever: it
            // is parked for ever instead.
            this.ended = true;
            park();
        }
        return new EvictedError();
    }

    boolean wasGivenUp() {
        return this.evictions > EVICTIONS;
    }

    private void handBack() {
        // Read before the turn is given up: after that the next driver may have set
        // another.
        Thread waiting = this.driver;
        this.hasTurn = false;
        LockSupport.unpark(waiting);
    }

    private void awaitTurn() {
        boolean interrupted = false;
        while (!this.hasTurn) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        restoreInterrupt(interrupted);
    }

    private static void restoreInterrupt(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

}

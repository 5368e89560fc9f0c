package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * The thread of an attempt, often that of the actor that ordered it. The actor that waits
 * for the outcome has none: when the attempt has ended, it takes this one, which has
 * nothing else to do, so that a step needs no switch of threads. Whoever interrupts the
 * attempt never meets what the thread does next.
 */
final class AttemptThread {

    private @Nullable Thread thread;

    private @Nullable RunActor successor;

    /** The calling thread runs the attempt from now on. */
    void begin() {
        occupy(Thread.currentThread());
    }

    /**
     * The calling thread has run the attempt, and goes on as the actor that it was lent
     * to.
     */
    @Nullable RunActor end() {
        occupy(null);
        return this.successor;
    }

    /** Gives an actor a thread: this one, where it is that of the caller. */
    void lend(RunActor actor) {
        if (isHere()) {
            this.successor = actor;
        }
        else {
            ThreadStep.launch(actor);
        }
    }

    synchronized void interrupt() {
        if (this.thread != null) {
            this.thread.interrupt();
        }
    }

    private synchronized void occupy(@Nullable Thread by) {
        this.thread = by;
    }

    private synchronized boolean isHere() {
        return this.thread == Thread.currentThread();
    }

}

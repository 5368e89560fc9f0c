package dev.workflow;

import java.time.Duration;

/**
 * Lets only one thread of a run at a time into something that blocks in between. Not
 * reentrant. Those who wait are served in the order in which they came; who finds it free
 * does not wait, and is not canceled with its scope either. May be created in a
 * workflow's constructor.
 */
public final class WorkflowLock {

    private final WorkflowSemaphore permit = new WorkflowSemaphore(1);

    /** A lock that nobody holds. */
    public WorkflowLock() {
    }

    /** Takes the lock; waits while it is held, also by the calling thread itself. */
    public void lock() {
        this.permit.acquire();
    }

    /** Takes the lock; returns false when it was not free in time. */
    public boolean tryLock(Duration timeout) {
        return this.permit.tryAcquire(timeout);
    }

    /**
     * Gives the lock back.
     * @throws IllegalStateException when nobody holds it
     */
    public void unlock() {
        if (!isHeld()) {
            throw new IllegalStateException("Nobody holds this lock");
        }
        this.permit.release();
    }

    /** Whether somebody holds it. */
    public boolean isHeld() {
        return this.permit.availablePermits() == 0;
    }

    @Override
    public String toString() {
        return isHeld() ? "held" : "free";
    }

}

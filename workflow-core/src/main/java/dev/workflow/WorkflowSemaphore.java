package dev.workflow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets only so many threads of one run into something at a time, for example a fan-out of
 * activities. Those who wait are served in the order in which they came; who finds a
 * permit does not wait, and is not canceled with its scope either. May be created in a
 * workflow's constructor.
 */
public final class WorkflowSemaphore {

    /**
     * Those who wait: a thread that gives its permit back and wants it again must not
     * overtake them.
     */
    private final Deque<Object> waiting = new ArrayDeque<>();

    private int permits;

    /** A semaphore with so many permits, zero or more. */
    public WorkflowSemaphore(int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException("A semaphore begins with zero or more permits, not " + permits);
        }
        this.permits = permits;
    }

    /** Takes a permit; waits while there is none. */
    public void acquire() {
        Object ticket = enqueue();
        try {
            WorkflowContext.current().awaitAvailable(() -> mayEnter(ticket));
            this.permits--;
        }
        finally {
            this.waiting.remove(ticket);
        }
    }

    /** Takes a permit; returns false when none was free in time. */
    public boolean tryAcquire(Duration timeout) {
        Object ticket = enqueue();
        try {
            boolean free = WorkflowContext.current().awaitAvailable(timeout, () -> mayEnter(ticket));
            if (free) {
                this.permits--;
            }
            return free;
        }
        finally {
            this.waiting.remove(ticket);
        }
    }

    /** Gives a permit back. */
    public void release() {
        this.permits++;
    }

    /** How many permits are free. */
    public int availablePermits() {
        return this.permits;
    }

    private Object enqueue() {
        Object ticket = new Object();
        this.waiting.add(ticket);
        return ticket;
    }

    @SuppressWarnings("ReferenceEquality") // a ticket is nothing but its identity
    private boolean mayEnter(Object ticket) {
        return this.permits > 0 && ticket.equals(this.waiting.peek());
    }

    @Override
    public String toString() {
        return this.permits + " permits, " + this.waiting.size() + " waiting";
    }

}

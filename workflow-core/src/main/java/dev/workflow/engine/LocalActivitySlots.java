package dev.workflow.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how many local activities of all runs are carried out at once on this node. */
final class LocalActivitySlots {

    private final Semaphore slots;

    private final AtomicInteger underWay = new AtomicInteger();

    LocalActivitySlots(int number) {
        this.slots = new Semaphore(number, true);
    }

    void acquire() throws InterruptedException {
        this.slots.acquire();
    }

    void release() {
        this.slots.release();
    }

    /** Something is on its way that will end in a mailbox or in a timer. */
    void begun() {
        this.underWay.incrementAndGet();
    }

    void ended() {
        this.underWay.decrementAndGet();
    }

    int underWay() {
        return this.underWay.get();
    }

    boolean isIdle() {
        return this.underWay.get() == 0;
    }

}

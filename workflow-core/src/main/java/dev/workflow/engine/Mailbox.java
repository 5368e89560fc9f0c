package dev.workflow.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for one actor. Bounded: a full mailbox refuses, and so does a closed one;
 * the sender then goes through the inbox table, which is durable and survives the actor.
 */
final class Mailbox {

    private static final int CAPACITY = 20_000;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition arrived = this.lock.newCondition();

    private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>(4);

    private boolean closed;

    /** Whether it was taken in; false: closed or full. */
    boolean offer(Delivery delivery) {
        this.lock.lock();
        try {
            if (this.closed || this.deliveries.size() >= CAPACITY) {
                return false;
            }
            this.deliveries.add(delivery);
            this.arrived.signal();
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Takes back something that the actor has not taken yet. */
    boolean withdraw(Delivery delivery) {
        this.lock.lock();
        try {
            return this.deliveries.removeIf((d) -> d == delivery);
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Waits for something and takes everything. */
    List<Delivery> take() throws InterruptedException {
        this.lock.lock();
        try {
            while (this.deliveries.isEmpty()) {
                this.arrived.await();
            }
            return drain();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Refuses everything from now on; returns what was not taken. */
    List<Delivery> close() {
        this.lock.lock();
        try {
            this.closed = true;
            return drain();
        }
        finally {
            this.lock.unlock();
        }
    }

    boolean isEmpty() {
        this.lock.lock();
        try {
            return this.deliveries.isEmpty();
        }
        finally {
            this.lock.unlock();
        }
    }

    private List<Delivery> drain() {
        List<Delivery> all = new ArrayList<>(this.deliveries);
        this.deliveries.clear();
        return all;
    }

}

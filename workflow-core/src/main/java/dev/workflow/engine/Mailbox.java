package dev.workflow.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for one actor. Bounded: a full mailbox refuses, and so does a closed one;
 * the sender then goes through the inbox table, which is durable and survives the actor.
 * What the engine itself has to say, a timer or that the run has to leave, always finds
 * room: there is little of it, and nobody says it again.
 */
final class Mailbox {

    private static final int CAPACITY = 20_000;

    private static final long CAPACITY_CHARACTERS = 16L * 1024 * 1024;

    /** How much is taken at once, so that a turn stays small however much waits. */
    private static final int TAKEN = 1_000;

    private static final long TAKEN_CHARACTERS = 4L * 1024 * 1024;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition arrived = this.lock.newCondition();

    private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>(2);

    private long characters;

    private final Runnable waker;

    private boolean waiting;

    private boolean restAsked;

    private boolean asleep;

    private boolean closed;

    /**
     * An empty mailbox.
     * @param waker starts a thread for the actor, when something arrives while it has
     * none
     */
    Mailbox(Runnable waker) {
        this.waker = waker;
    }

    /** Whether it was taken in; false: closed or full. */
    boolean offer(Delivery delivery) {
        return offer(delivery, this.waker);
    }

    /**
     * As {@link #offer(Delivery)}.
     * @param ownWaker sees to a thread for the actor, when it has none
     */
    boolean offer(Delivery delivery, Runnable ownWaker) {
        boolean wake;
        this.lock.lock();
        try {
            if (this.closed || (isFull() && !isEnginesOwn(delivery))) {
                return false;
            }
            this.deliveries.add(delivery);
            this.characters += characters(delivery);
            this.arrived.signal();
            wake = this.asleep;
            this.asleep = false;
        }
        finally {
            this.lock.unlock();
        }
        if (wake) {
            wake(ownWaker);
        }
        return true;
    }

    /** Where no thread can be started, the next who offers something tries again. */
    private void wake(Runnable ownWaker) {
        try {
            ownWaker.run();
        }
        catch (RuntimeException | Error ex) {
            this.lock.lock();
            try {
                this.asleep = true;
            }
            finally {
                this.lock.unlock();
            }
            throw ex;
        }
    }

    /**
     * Asks who waits here to give up its thread until something arrives; false when
     * nobody waits.
     */
    boolean rest() {
        this.lock.lock();
        try {
            if (this.asleep) {
                return true;
            }
            if (this.waiting && this.deliveries.isEmpty()) {
                this.restAsked = true;
                this.arrived.signal();
                return true;
            }
            return false;
        }
        finally {
            this.lock.unlock();
        }
    }

    private boolean isFull() {
        return this.deliveries.size() >= CAPACITY || this.characters >= CAPACITY_CHARACTERS;
    }

    private static boolean isEnginesOwn(Delivery delivery) {
        return switch (delivery) {
            case Delivery.TimeCame time -> true;
            case Delivery.Leave leave -> true;
            case Delivery.Gone gone -> true;
            case Delivery.Input input -> false;
            case Delivery.Query query -> false;
            // The next poll gives it again.
            case Delivery.InboxHint hint -> false;
        };
    }

    private static long characters(Delivery delivery) {
        return (delivery instanceof Delivery.Input input) ? input.characters() : 0;
    }

    /** Takes back something that the actor has not taken yet. */
    boolean withdraw(Delivery delivery) {
        this.lock.lock();
        try {
            boolean withdrawn = this.deliveries.removeIf((d) -> d == delivery);
            this.characters -= withdrawn ? characters(delivery) : 0;
            return withdrawn;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Waits for something and takes it, much of it or everything. Takes nothing when the
     * thread is to end: another one begins as soon as something arrives.
     */
    List<Delivery> take() {
        return take(false);
    }

    /** Takes what is there; when there is nothing, the thread is to end. */
    List<Delivery> takeOrRest() {
        return take(true);
    }

    private List<Delivery> take(boolean restAtOnce) {
        this.lock.lock();
        try {
            this.waiting = true;
            this.restAsked = restAtOnce;
            while (this.deliveries.isEmpty() && !this.restAsked) {
                this.arrived.awaitUninterruptibly();
            }
            if (this.deliveries.isEmpty()) {
                this.asleep = true;
                return List.of();
            }
            List<Delivery> some = new ArrayList<>();
            long taken = 0;
            while (!this.deliveries.isEmpty() && some.size() < TAKEN && taken < TAKEN_CHARACTERS) {
                Delivery next = this.deliveries.remove();
                taken += characters(next);
                some.add(next);
            }
            this.characters -= taken;
            return some;
        }
        finally {
            this.waiting = false;
            this.lock.unlock();
        }
    }

    /** Refuses everything from now on; returns what was not taken. */
    List<Delivery> close() {
        this.lock.lock();
        try {
            this.closed = true;
            List<Delivery> all = new ArrayList<>(this.deliveries);
            this.deliveries.clear();
            this.characters = 0;
            return all;
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

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * A bounded queue between many that bring and a few threads that take. Of those that wait
 * the one that came last is woken, and no other until it has come: while one of them
 * keeps up, its caches and those of its connection at the server stay warm, and what
 * comes meanwhile is one batch. While somebody works, another one is woken only once
 * enough waits to be worth a batch of its own; should that work take long, who waits
 * looks from time to time whether something was left.
 */
final class WorkQueue<E> {

    /** After the end, those who take go when nothing has come for so long. */
    private static final Duration LAST_LOOK = Duration.ofMillis(20);

    private final int capacity;

    private final int takers;

    private final int worthwhile;

    private final Duration look;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition room = this.lock.newCondition();

    private final Deque<E> elements = new ArrayDeque<>();

    private final Deque<Condition> idle = new ArrayDeque<>();

    private boolean waking;

    private boolean ended;

    private boolean deserted;

    /** For whom a rough number is enough. */
    private volatile int size;

    /** A queue for one thread that takes. */
    WorkQueue(int capacity) {
        this(capacity, 1, 1, Duration.ofDays(1));
    }

    /**
     * A queue.
     * @param capacity how many elements it holds
     * @param takers how many threads take from it
     * @param worthwhile how many elements wake a second taker
     * @param look how often one who waits looks for fewer of them
     */
    WorkQueue(int capacity, int takers, int worthwhile, Duration look) {
        this.capacity = capacity;
        this.takers = takers;
        this.worthwhile = worthwhile;
        this.look = look;
    }

    /** Adds an element; waits for room. */
    void put(E element) {
        this.lock.lock();
        try {
            while (this.elements.size() >= this.capacity) {
                this.room.awaitUninterruptibly();
            }
            this.elements.addLast(element);
            this.size = this.elements.size();
            wakeOne();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** The first element if there is one. */
    @Nullable E poll() {
        this.lock.lock();
        try {
            return first();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** The first element, waited for; null once the queue has ended and is empty. */
    @Nullable E take() throws InterruptedException {
        long left = LAST_LOOK.toNanos();
        Condition woken = null;
        this.lock.lockInterruptibly();
        try {
            while (this.elements.isEmpty() && left > 0) {
                woken = (woken != null) ? woken : this.lock.newCondition();
                this.idle.addLast(woken);
                try {
                    if (this.ended) {
                        left = this.deserted ? 0 : woken.awaitNanos(left);
                    }
                    else {
                        woken.awaitNanos(this.look.toNanos());
                    }
                }
                finally {
                    if (!this.idle.remove(woken)) {
                        this.waking = false;
                    }
                }
            }
            return first();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Lets those who take go when nothing comes any more; what comes all the same is
     * theirs as long as they are there.
     */
    void end() {
        this.lock.lock();
        try {
            this.ended = true;
            this.idle.forEach(Condition::signal);
        }
        finally {
            this.lock.unlock();
        }
    }

    /** The same where nobody brings anything any more. */
    void endAtOnce() {
        this.lock.lock();
        try {
            this.deserted = true;
            end();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Removes and returns all elements. */
    List<E> drain() {
        this.lock.lock();
        try {
            List<E> all = new ArrayList<>(this.elements);
            this.elements.clear();
            this.size = 0;
            this.room.signalAll();
            return all;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** How many wait, at about this moment. */
    int size() {
        return this.size;
    }

    boolean isEmpty() {
        this.lock.lock();
        try {
            return this.elements.isEmpty();
        }
        finally {
            this.lock.unlock();
        }
    }

    private @Nullable E first() {
        E first = this.elements.pollFirst();
        if (first != null) {
            this.size = this.elements.size();
            this.room.signal();
        }
        return first;
    }

    /** Lets somebody else have what is left. */
    void share() {
        this.lock.lock();
        try {
            wakeOne();
        }
        finally {
            this.lock.unlock();
        }
    }

    private void wakeOne() {
        boolean nobodyWorks = this.idle.size() == this.takers;
        int enough = nobodyWorks ? 1 : this.worthwhile;
        if (this.elements.size() >= enough && !this.waking && !this.idle.isEmpty()) {
            this.waking = true;
            this.idle.removeLast().signal();
        }
    }

}

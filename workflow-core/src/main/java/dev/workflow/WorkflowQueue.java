package dev.workflow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A queue between the threads of one run, typically filled by signal handlers. Those who
 * wait are served in the order in which they came; who finds an element, or room for one,
 * does not wait, and is not canceled with its scope either. May be created in a
 * workflow's constructor; its waiting methods work only on workflow threads.
 *
 * @param <T> the type of the elements, never null
 */
public final class WorkflowQueue<T> {

    private final Deque<T> elements = new ArrayDeque<>();

    private final int capacity;

    /** A queue without bound. */
    public WorkflowQueue() {
        this(Integer.MAX_VALUE);
    }

    /**
     * A queue of at most so many elements.
     * @param capacity at least 1
     */
    public WorkflowQueue(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("The capacity of a queue is at least 1, not " + capacity);
        }
        this.capacity = capacity;
    }

    /** Adds an element; waits while the queue is full. */
    public void put(T element) {
        Objects.requireNonNull(element, "A queue holds no null");
        WorkflowContext.current().awaitAvailable(() -> this.elements.size() < this.capacity);
        this.elements.add(element);
    }

    /** Adds an element unless the queue is full; returns whether it did. */
    public boolean offer(T element) {
        Objects.requireNonNull(element, "A queue holds no null");
        return this.elements.size() < this.capacity && this.elements.add(element);
    }

    /** Takes the oldest element; waits while there is none. */
    public T take() {
        WorkflowContext.current().awaitAvailable(() -> !this.elements.isEmpty());
        return this.elements.remove();
    }

    /** Takes the oldest element; null when none came in time. */
    public @Nullable T poll(Duration timeout) {
        WorkflowContext.current().awaitAvailable(timeout, () -> !this.elements.isEmpty());
        return this.elements.poll();
    }

    /** Takes the oldest element; null when there is none. */
    public @Nullable T poll() {
        return this.elements.poll();
    }

    /** How many elements wait to be taken. */
    public int size() {
        return this.elements.size();
    }

    @Override
    public String toString() {
        return this.elements.toString();
    }

}

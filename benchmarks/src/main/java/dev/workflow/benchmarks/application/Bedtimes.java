package dev.workflow.benchmarks.application;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.springframework.stereotype.Component;

/**
 * When each run began to sleep, by {@code System.nanoTime()}. It is told, never asked, by
 * workflow code: what it knows is no part of any history.
 */
@Component
public class Bedtimes {

    private final ConcurrentMap<String, Long> begun = new ConcurrentHashMap<>();

    /** A replay repeats the call; the first one counts. */
    public void begins(String id) {
        this.begun.putIfAbsent(id, System.nanoTime());
    }

    public long take(String id) {
        Long nanos = this.begun.remove(id);
        if (nanos == null) {
            throw new IllegalStateException("The run " + id + " has never slept");
        }
        return nanos;
    }

}

package dev.workflow.benchmarks.application;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.springframework.stereotype.Component;

/**
 * When each run began to sleep, by its own clock. It is told, never asked, by workflow
 * code: what it knows is no part of any history.
 */
@Component
public class Bedtimes {

    private final ConcurrentMap<String, Instant> begun = new ConcurrentHashMap<>();

    /** A replay repeats the call; the first one counts. */
    public void begins(String id, Instant now) {
        this.begun.putIfAbsent(id, now);
    }

    /** How much later than after this sleep it is now. */
    public Duration lateness(String id, Duration sleep) {
        Instant begin = this.begun.remove(id);
        if (begin == null) {
            throw new IllegalStateException("The run " + id + " has never slept");
        }
        return Duration.between(begin.plus(sleep), Instant.now());
    }

}

package dev.workflow.test.scenarios;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What activities and tests know of each other: how often and in what order something
 * happened, and gates at which an activity waits. All by key, so that tests do not meet.
 */
class Probe {

    private final Map<String, List<Object>> log = new ConcurrentHashMap<>();

    private final Map<String, CountDownLatch> reached = new ConcurrentHashMap<>();

    private final Map<String, CountDownLatch> open = new ConcurrentHashMap<>();

    /** Notes something; returns how often that was done for the key. */
    int note(String key, Object value) {
        List<Object> values = this.log.computeIfAbsent(key, (k) -> new CopyOnWriteArrayList<>());
        values.add(value);
        return values.size();
    }

    List<Object> notes(String key) {
        return this.log.getOrDefault(key, List.of());
    }

    /** Waits at the gate until it is opened. */
    void pass(String gate) {
        latch(this.reached, gate).countDown();
        await(gate, this.open);
    }

    void open(String gate) {
        latch(this.open, gate).countDown();
    }

    /** Waits until somebody stands at the gate. */
    void awaitReached(String gate) {
        await(gate, this.reached);
    }

    private static void await(String gate, Map<String, CountDownLatch> latches) {
        try {
            if (!latch(latches, gate).await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Waited in vain at the gate " + gate);
            }
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException("Interrupted at the gate " + gate, ex);
        }
    }

    private static CountDownLatch latch(Map<String, CountDownLatch> latches, String gate) {
        return latches.computeIfAbsent(gate, (g) -> new CountDownLatch(1));
    }

}

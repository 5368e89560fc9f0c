package dev.workflow.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Bounds how many runs of a queue are replayed at once, so that a takeover of many does
 * not fill the memory.
 */
final class WorkflowSlots {

    private final EngineSettings settings;

    private final Map<String, Semaphore> slots = new ConcurrentHashMap<>();

    WorkflowSlots(EngineSettings settings) {
        this.settings = settings;
    }

    private Semaphore of(String queue) {
        return this.slots.computeIfAbsent(queue, (q) -> new Semaphore(this.settings.workflowSlotsOf(q)));
    }

    void acquire(String queue) throws InterruptedException {
        of(queue).acquire();
    }

    void release(String queue) {
        of(queue).release();
    }

    /** How many runs may be claimed now. */
    int free(Iterable<String> queues) {
        int free = 0;
        for (String queue : queues) {
            free += of(queue).availablePermits();
        }
        return free;
    }

}

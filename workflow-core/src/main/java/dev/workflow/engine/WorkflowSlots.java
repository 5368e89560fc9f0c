package dev.workflow.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** How many runs of each queue may be claimed now, and no more than a number. */
    List<EngineStore.SlotRequest> free(List<EngineStore.ServedType> served, int most) {
        Map<String, List<String>> types = new LinkedHashMap<>();
        served.forEach(
                (type) -> types.computeIfAbsent(type.taskQueue(), (q) -> new ArrayList<>()).add(type.workflowType()));
        List<EngineStore.SlotRequest> free = new ArrayList<>();
        types.forEach((queue, ofQueue) -> {
            int slots = Math.min(most, of(queue).availablePermits());
            if (slots > 0) {
                free.add(new EngineStore.SlotRequest(queue, ofQueue, slots));
            }
        });
        return free;
    }

    /** How many runs may be claimed now, of all queues together. */
    int free(Iterable<String> queues) {
        int free = 0;
        for (String queue : queues) {
            free += of(queue).availablePermits();
        }
        return free;
    }

}

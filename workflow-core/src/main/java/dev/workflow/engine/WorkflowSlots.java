package dev.workflow.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Bounds how many runs of a queue are replayed at once, so that a takeover of many does
 * not fill the memory.
 */
final class WorkflowSlots {

    private final ToIntFunction<String> size;

    private final Map<String, Slots> slots = new ConcurrentHashMap<>();

    /**
     * Slots whose number may change.
     * @param size how many a queue has now
     */
    WorkflowSlots(ToIntFunction<String> size) {
        this.size = size;
    }

    private Semaphore of(String queue) {
        return this.slots.computeIfAbsent(queue, (q) -> new Slots(this.size.applyAsInt(q)));
    }

    /** Looks again at how many there are. For one thread at a time. */
    void resize() {
        this.slots.forEach((queue, ofQueue) -> ofQueue.resize(this.size.applyAsInt(queue)));
    }

    void acquire(String queue) {
        of(queue).acquireUninterruptibly();
    }

    void release(String queue) {
        of(queue).release();
    }

    /** How many runs of each queue may be claimed now, and no more than a number. */
    List<EngineStore.SlotRequest> free(List<EngineStore.ServedType> served, int most) {
        Map<Lane, List<EngineStore.ServedType>> types = new LinkedHashMap<>();
        served.forEach(
                (type) -> types.computeIfAbsent(new Lane(type.taskQueue(), type.route()), (lane) -> new ArrayList<>())
                    .add(type));
        List<EngineStore.SlotRequest> free = new ArrayList<>();
        types.forEach((lane, ofLane) -> {
            int slots = Math.min(most, of(lane.queue()).availablePermits());
            if (slots > 0) {
                free.add(request(lane, ofLane, slots));
            }
        });
        return free;
    }

    private static EngineStore.SlotRequest request(Lane lane, List<EngineStore.ServedType> types, int slots) {
        return new EngineStore.SlotRequest(lane.queue(),
                types.stream().map(EngineStore.ServedType::workflowType).toList(), slots, lane.route(),
                types.stream()
                    .filter(EngineStore.ServedType::pin)
                    .map(EngineStore.ServedType::workflowType)
                    .collect(Collectors.toSet()));
    }

    /** What waits in a queue for one build, or for whichever it is. */
    private record Lane(String queue, String route) {
    }

    /** How many runs may be claimed now, of all queues together. */
    int free(Iterable<String> queues) {
        int free = 0;
        for (String queue : queues) {
            free += Math.max(0, of(queue).availablePermits());
        }
        return free;
    }

    /** Where there are fewer than are taken, those that are given back are gone. */
    private static final class Slots extends Semaphore {

        private int number;

        Slots(int number) {
            super(number);
            this.number = number;
        }

        void resize(int wanted) {
            if (wanted > this.number) {
                release(wanted - this.number);
            }
            else if (wanted < this.number) {
                reducePermits(this.number - wanted);
            }
            this.number = wanted;
        }

    }

}

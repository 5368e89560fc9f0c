package dev.workflow.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * What waits in the tables, as far as this node knows from its last claims: what is
 * ordered here takes its place behind that instead of a free slot. Safe for use by
 * several threads.
 */
final class Precedence {

    private final Map<String, Integer> waiting = new ConcurrentHashMap<>();

    private final BooleanSupplier keys;

    /**
     * Nothing waits.
     * @param keys whether fairness keys are used
     */
    Precedence(BooleanSupplier keys) {
        this.keys = keys;
    }

    /**
     * Whether something more urgent waits in the queue, or, where keys share the slots,
     * something as urgent.
     */
    boolean mustWait(String queue, int priority) {
        Integer first = this.waiting.get(queue);
        return first != null && (priority > first || (priority == first && this.keys.getAsBoolean()));
    }

    /** Something of that priority waits, and perhaps more. */
    void waits(String queue, int priority) {
        this.waiting.merge(queue, priority, Math::min);
    }

    /** The most urgent that waits; 0: nothing does. */
    void first(String queue, int priority) {
        if (priority > 0) {
            this.waiting.put(queue, priority);
        }
        else {
            this.waiting.remove(queue);
        }
    }

}

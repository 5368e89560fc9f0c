package dev.workflow.replay;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

import dev.workflow.WorkflowContext;
import org.jspecify.annotations.Nullable;

/**
 * The values of workflow-local variables, of a run or of one of its threads. They go with
 * it.
 */
final class LocalValues implements WorkflowContext.Locals {

    private final WorkflowThreads threads;

    private Map<Object, @Nullable Object> values = Collections.emptyMap();

    LocalValues(WorkflowThreads threads) {
        this.threads = threads;
    }

    /**
     * {@inheritDoc} Code that only reads, and may run at any time or not at all, keeps
     * nothing.
     */
    @Override
    @SuppressWarnings({ "unchecked", "NullAway" }) // a value of a T that may be null
    public <T extends @Nullable Object> T get(Object variable, Supplier<? extends T> initial, boolean keep) {
        this.threads.requireHeld();
        if (this.values.containsKey(variable)) {
            return (T) this.values.get(variable);
        }
        T value = initial.get();
        if (keep && this.threads.isReproducible()) {
            put(variable, value);
        }
        return value;
    }

    @Override
    public void set(Object variable, @Nullable Object value) {
        this.threads.requireReproducible();
        put(variable, value);
    }

    @Override
    public void remove(Object variable) {
        this.threads.requireReproducible();
        if (!this.values.isEmpty()) {
            this.values.remove(variable);
        }
    }

    private void put(Object variable, @Nullable Object value) {
        if (this.values.isEmpty()) {
            this.values = new HashMap<>(4);
        }
        this.values.put(variable, value);
    }

}

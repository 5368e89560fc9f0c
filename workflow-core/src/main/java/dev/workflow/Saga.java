package dev.workflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Remembers how to undo what was done. {@link #compensate()} runs each compensation once,
 * newest first, in a detached scope, so that it works in a canceled workflow, too.
 */
public final class Saga {

    private final Deque<Action> compensations = new ArrayDeque<>();

    private boolean parallel;

    private boolean continueOnFailure;

    /** A saga that compensates one by one and stops at the first failure. */
    public Saga() {
    }

    /** Whether all compensations are started at once; they are all waited for then. */
    public Saga parallel(boolean value) {
        this.parallel = value;
        return this;
    }

    /**
     * Whether a failed compensation keeps the others from running; ignored where they are
     * parallel.
     */
    public Saga continueOnFailure(boolean value) {
        this.continueOnFailure = value;
        return this;
    }

    /** Adds how to undo what is about to be done or was done just now. */
    public void addCompensation(Action compensation) {
        this.compensations.push(compensation);
    }

    /**
     * Undoes. The first failure is thrown, with those of further compensations suppressed
     * in it. Exceptions that are no failure, neither a {@code WorkflowException} nor of a
     * type in {@link Workflow#failOn()}, are thrown at once, as everywhere in workflow
     * code.
     */
    public void compensate() {
        Workflows.detachedScope(this.parallel ? this::compensateTogether : this::compensateInTurn);
    }

    private void compensateInTurn() throws Exception {
        Exception first = null;
        while (!this.compensations.isEmpty()) {
            try {
                this.compensations.pop().run();
            }
            catch (Exception failure) {
                if (!this.continueOnFailure || !WorkflowContext.current().isFailure(failure)) {
                    throw failure;
                }
                first = merge(first, failure);
            }
        }
        throwIfPresent(first);
    }

    private void compensateTogether() throws Exception {
        List<Promise<Void>> running = new ArrayList<>();
        while (!this.compensations.isEmpty()) {
            running.add(Workflows.async(this.compensations.pop()));
        }
        Exception first = null;
        for (Promise<Void> compensation : running) {
            try {
                compensation.get();
            }
            catch (RuntimeException failure) {
                first = merge(first, failure);
            }
        }
        throwIfPresent(first);
    }

    private static Exception merge(@Nullable Exception first, Exception failure) {
        if (first == null) {
            return failure;
        }
        if (first != failure) {
            first.addSuppressed(failure);
        }
        return first;
    }

    private static void throwIfPresent(@Nullable Exception failure) throws Exception {
        if (failure != null) {
            throw failure;
        }
    }

}

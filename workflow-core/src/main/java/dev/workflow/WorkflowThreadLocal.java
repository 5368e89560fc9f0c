package dev.workflow;

import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A variable with one value for each thread of each run: what {@link ThreadLocal} is
 * elsewhere, for static fields. The workflow method, each handler and each
 * {@code Workflows.async} have a thread of their own, which inherits nothing. A query or
 * a validator has none, and sees the initial value. For the rest it is as
 * {@link WorkflowLocal}.
 *
 * @param <T> the type of the value
 */
public final class WorkflowThreadLocal<T extends @Nullable Object> {

    private final Supplier<? extends T> initial;

    private final boolean kept;

    private WorkflowThreadLocal(Supplier<? extends T> initial, boolean kept) {
        this.initial = Objects.requireNonNull(initial, "initial");
        this.kept = kept;
    }

    /**
     * A variable that is what the supplier gives, asked anew each time, until
     * {@link #set} is called.
     * @param initial is workflow code
     */
    public static <T extends @Nullable Object> WorkflowThreadLocal<T> withInitial(Supplier<? extends T> initial) {
        return new WorkflowThreadLocal<>(initial, false);
    }

    /**
     * A variable that the first {@link #get} on a thread sets to what the supplier gives.
     * @param initial is workflow code, called once on each thread and after each
     * {@link #remove}
     */
    public static <T extends @Nullable Object> WorkflowThreadLocal<T> withCachedInitial(Supplier<? extends T> initial) {
        return new WorkflowThreadLocal<>(initial, true);
    }

    /** The value on this thread. */
    public T get() {
        return WorkflowContext.current().threadLocals().get(this, this.initial, this.kept);
    }

    /** Sets the value on this thread. */
    public void set(T value) {
        WorkflowContext.current().threadLocals().set(this, value);
    }

    /** Forgets the value of this thread, so that it is the initial one again. */
    public void remove() {
        WorkflowContext.current().threadLocals().remove(this);
    }

}

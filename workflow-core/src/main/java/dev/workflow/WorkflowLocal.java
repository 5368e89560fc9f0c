package dev.workflow;

import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A variable with one value for each run, for code that has no field of the workflow at
 * hand: put the variable into a static field, and every run has a value of its own there.
 * All threads of the run share it. It works only in workflow code; anywhere else its
 * methods throw {@link IllegalStateException}.
 * <p>
 * The value is part of the run's memory: it is not stored but comes back in a replay,
 * because the code sets it again, and it does not go along when the run continues as new.
 * <p>
 * Queries, validators and the conditions of {@code Workflows.await} may read it, but not
 * change it.
 *
 * @param <T> the type of the value
 */
public final class WorkflowLocal<T extends @Nullable Object> {

    private final Supplier<? extends T> initial;

    private final boolean kept;

    private WorkflowLocal(Supplier<? extends T> initial, boolean kept) {
        this.initial = Objects.requireNonNull(initial, "initial");
        this.kept = kept;
    }

    /**
     * A variable that is what the supplier gives, asked anew each time, until
     * {@link #set} is called.
     * @param initial is workflow code
     */
    public static <T extends @Nullable Object> WorkflowLocal<T> withInitial(Supplier<? extends T> initial) {
        return new WorkflowLocal<>(initial, false);
    }

    /**
     * A variable that the first {@link #get} sets to what the supplier gives, such as a
     * collection to be filled. A query that comes before sees a value of its own.
     * @param initial is workflow code, called once in each run and after each
     * {@link #remove}
     */
    public static <T extends @Nullable Object> WorkflowLocal<T> withCachedInitial(Supplier<? extends T> initial) {
        return new WorkflowLocal<>(initial, true);
    }

    /** The value in this run. */
    public T get() {
        return WorkflowContext.current().locals().get(this, this.initial, this.kept);
    }

    /** Sets the value in this run. */
    public void set(T value) {
        WorkflowContext.current().locals().set(this, value);
    }

    /** Forgets the value of this run, so that it is the initial one again. */
    public void remove() {
        WorkflowContext.current().locals().remove(this);
    }

}

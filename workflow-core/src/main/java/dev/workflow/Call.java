package dev.workflow;

/**
 * One call of a method of a workflow that returns something: {@code w -> w.status()}. The
 * lambda meets a recorder, not the workflow: it makes exactly one call and computes
 * nothing from its result. Being a subtype of {@link VoidCall} makes overloads that take
 * either unambiguous.
 *
 * @param <W> the type of the workflow
 * @param <R> what the method returns
 */
@FunctionalInterface
public interface Call<W, R> extends VoidCall<W> {

    /** Makes the one call. */
    R call(W workflow) throws Exception;

    @Override
    default void run(W workflow) throws Exception {
        call(workflow);
    }

}

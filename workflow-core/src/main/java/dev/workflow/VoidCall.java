package dev.workflow;

/**
 * One call of a void method of a workflow: {@code w -> w.approve()}. The lambda meets a
 * recorder, not the workflow: it makes exactly one call. Where a method takes a
 * {@link Call} as well, the compiler needs braces to see that nothing is returned:
 * {@code w -> { w.approve(); }}, or a method reference: {@code OrderWorkflow::approve}.
 *
 * @param <W> the type of the workflow
 */
@FunctionalInterface
public interface VoidCall<W> {

    /** Makes the one call. */
    void run(W workflow) throws Exception;

}

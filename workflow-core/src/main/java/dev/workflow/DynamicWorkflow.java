package dev.workflow;

import org.jspecify.annotations.Nullable;

/**
 * A bean that runs every workflow type of its queue that no other bean has; annotate it
 * with {@link Workflow}. The type is in {@code Workflows.info()}, handlers are registered
 * with {@code Workflows.onSignal}, {@code Workflows.onAnySignal} and their like.
 */
public interface DynamicWorkflow {

    /**
     * The workflow's code, on a workflow thread.
     * @param arguments what it was started with
     * @return the result, encoded as that of any workflow
     * @throws Exception as any workflow method
     */
    @Nullable Object execute(Arguments arguments) throws Exception;

}

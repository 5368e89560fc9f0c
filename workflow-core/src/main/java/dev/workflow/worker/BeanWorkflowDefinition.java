package dev.workflow.worker;

import java.util.List;
import java.util.Map;

import dev.workflow.VersioningBehavior;
import dev.workflow.failure.WorkflowException;
import dev.workflow.replay.WorkflowDefinition;
import org.jspecify.annotations.Nullable;

/**
 * A workflow type that is a bean.
 *
 * @param beanName the bean
 * @param taskQueue the queue that the type declares
 * @param versioning which builds may run it
 * @param dynamic whether it runs all types that nothing else does
 */
record BeanWorkflowDefinition(String beanName, String type, String taskQueue, VersioningBehavior versioning,
        boolean dynamic, WorkflowInstances instances, Handler workflowMethod, @Nullable Handler init,
        Map<String, Handler> signals, Map<String, Handler> queries, Map<String, Handler> updates,
        Map<String, Handler> updateValidators, List<Class<? extends Throwable>> failOn) implements WorkflowDefinition {

    @Override
    public Object newInstance() {
        return this.instances.create();
    }

    @Override
    public boolean failsRun(Throwable failure) {
        return failure instanceof WorkflowException
                || this.failOn.stream().anyMatch((type) -> type.isInstance(failure));
    }

}

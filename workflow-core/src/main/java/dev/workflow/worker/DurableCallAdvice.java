package dev.workflow.worker;

import dev.workflow.WorkflowContext;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Turns a call from a workflow thread into a durable activity. It has to be the outermost
 * advice of its bean: what is inside of it, for example a transaction, belongs to the
 * attempt and not to the workflow's thread.
 */
record DurableCallAdvice(ActivityType type) implements MethodInterceptor {

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        ActivityCall call = WorkflowContext.isPresent() ? this.type.call(invocation.getMethod()) : null;
        return (call != null) ? call.make(call.options(), invocation.getArguments()) : invocation.proceed();
    }

}

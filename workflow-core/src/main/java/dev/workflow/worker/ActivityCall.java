package dev.workflow.worker;

import java.lang.reflect.Method;
import java.lang.reflect.Type;

import dev.workflow.ActivityOptions;
import dev.workflow.WorkflowContext;
import org.jspecify.annotations.Nullable;

/**
 * An activity as workflow code calls it.
 *
 * @param type the activity type
 * @param method the method of the user's class or interface
 * @param options what its annotations say
 * @param resultType generic result type
 * @param parameterTypes generic parameter types
 */
record ActivityCall(String type, Method method, ActivityOptions options, Type resultType, Type[] parameterTypes) {

    /** Schedules the activity on the run of this thread and waits for its result. */
    @Nullable Object make(ActivityOptions callOptions, @Nullable Object @Nullable [] arguments) {
        Object result = WorkflowContext.current()
            .activity(this.type, this.resultType, callOptions,
                    (arguments != null) ? arguments : new @Nullable Object[0])
            .get();
        return (result != null) ? result : CallProxies.zero(this.method.getReturnType());
    }

}

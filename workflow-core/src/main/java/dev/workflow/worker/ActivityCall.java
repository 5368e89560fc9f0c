package dev.workflow.worker;

import java.lang.reflect.Method;
import java.lang.reflect.Type;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
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

    /** Carries the activity out as a local one of the run of this thread. */
    @Nullable Object makeLocal(ActivityOptions callOptions, @Nullable Object @Nullable [] arguments) {
        return of(WorkflowContext.current().localActivity(this.type, this.resultType, callOptions, given(arguments)));
    }

    /** Schedules the activity on the run of this thread and waits for its result. */
    @Nullable Object make(ActivityOptions callOptions, @Nullable Object @Nullable [] arguments) {
        return of(WorkflowContext.current().activity(this.type, this.resultType, callOptions, given(arguments)));
    }

    private @Nullable Object of(Promise<Object> promise) {
        Object result = promise.get();
        return (result != null) ? result : CallProxies.zero(this.method.getReturnType());
    }

    private static @Nullable Object[] given(@Nullable Object @Nullable [] arguments) {
        return (arguments != null) ? arguments : new @Nullable Object[0];
    }

}

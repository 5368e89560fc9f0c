package dev.workflow.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;

import dev.workflow.ActivityOptions;
import dev.workflow.WorkflowContext;
import org.jspecify.annotations.Nullable;

/**
 * What a stub does with a call: schedules it on the run of the calling thread. A stub has
 * no state of its own, so all runs may share it; on a thread that belongs to no run it
 * refuses, so that a call that was moved to another thread by mistake is neither made
 * directly nor repeated with each replay.
 */
record StubCalls(ActivityType type, ActivityOptions options, boolean local) implements InvocationHandler {

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        ActivityCall call = this.type.call(method);
        if (call == null) {
            Object local = CallProxies.local(proxy, method, arguments, this.type.name() + " (activity stub)");
            if (local != null) {
                return local;
            }
            throw new IllegalStateException(this.type.name() + "." + method.getName()
                    + " is no activity: only public methods of an activity bean can be called from a workflow.");
        }
        if (!WorkflowContext.isPresent()) {
            throw new IllegalStateException(call.type() + " was called through an object that belongs to a workflow, "
                    + "but " + Thread.currentThread() + " is no thread of a run. In workflow code use Workflows.async "
                    + "for calls at the same time; parallel streams, executors and threads cannot call activities.");
        }
        ActivityOptions merged = this.options.orElse(call.options());
        return this.local ? call.makeLocal(merged, arguments) : call.make(merged, arguments);
    }

}

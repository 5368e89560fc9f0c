package dev.workflow.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.WorkflowContext;

/**
 * A run that writes down which activities are ordered and answers all of them with one
 * value.
 */
final class FakeRun {

    final List<Ordered> ordered = new ArrayList<>();

    private final Object result;

    private final WorkflowContext context = proxy(WorkflowContext.class, (proxy, method, arguments) -> {
        if (!method.getName().equals("activity")) {
            throw new UnsupportedOperationException(method.getName());
        }
        this.ordered.add(new Ordered((String) arguments[0], (Type) arguments[1], (ActivityOptions) arguments[2],
                List.of((Object[]) arguments[3])));
        return proxy(Promise.class, (promise, get, none) -> FakeRun.this.result);
    });

    FakeRun(Object result) {
        this.result = result;
    }

    /** Runs something on this thread as workflow code. */
    <T> T call(Callable<T> body) {
        List<T> results = new ArrayList<>();
        WorkflowContext.runAs(this.context, () -> {
            try {
                results.add(body.call());
            }
            catch (RuntimeException ex) {
                throw ex;
            }
            catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
        return results.get(0);
    }

    List<String> types() {
        return this.ordered.stream().map(Ordered::type).toList();
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
    }

    record Ordered(String type, Type resultType, ActivityOptions options, List<Object> arguments) {
    }

}

package dev.workflow.replay;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;

/** A workflow type from an annotated class or a lambda. */
final class TestDefinition implements WorkflowDefinition {

    private final String type;

    private final Callable<Object> factory;

    private final Handler method;

    private final @Nullable Handler init;

    private final Map<String, Handler> signals = new HashMap<>();

    private final Map<String, Handler> queries = new HashMap<>();

    private final Map<String, Handler> updates = new HashMap<>();

    private final Map<String, Handler> validators = new HashMap<>();

    private final List<Class<? extends Throwable>> failOn;

    private TestDefinition(String type, Callable<Object> factory, Handler method, @Nullable Handler init,
            List<Class<? extends Throwable>> failOn) {
        this.type = type;
        this.factory = factory;
        this.method = method;
        this.init = init;
        this.failOn = failOn;
    }

    static TestDefinition of(Callable<?> code) {
        return new TestDefinition("Lambda", () -> "no state",
                new Handler("run", new Type[0], Object.class, (target, arguments) -> code.call()), null, List.of());
    }

    @SafeVarargs
    static TestDefinition of(Class<?> workflow, Class<? extends Throwable>... failOn) {
        Map<String, Handler> methods = handlers(workflow, WorkflowMethod.class, (annotation) -> "");
        Map<String, Handler> inits = handlers(workflow, WorkflowInit.class, (annotation) -> "");
        TestDefinition definition = new TestDefinition(workflow.getSimpleName(), () -> instance(workflow),
                methods.values().iterator().next(), inits.isEmpty() ? null : inits.values().iterator().next(),
                List.of(failOn));
        definition.signals.putAll(handlers(workflow, SignalMethod.class, SignalMethod::value));
        definition.queries.putAll(handlers(workflow, QueryMethod.class, QueryMethod::value));
        definition.updates.putAll(handlers(workflow, UpdateMethod.class, UpdateMethod::value));
        definition.validators.putAll(handlers(workflow, UpdateValidator.class, UpdateValidator::value));
        return definition;
    }

    private static Object instance(Class<?> workflow) throws Exception {
        Constructor<?> constructor = workflow.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static <A extends Annotation> Map<String, Handler> handlers(Class<?> workflow, Class<A> annotation,
            Function<A, String> name) {
        Map<String, Handler> handlers = new HashMap<>();
        for (Method method : workflow.getDeclaredMethods()) {
            A present = method.getAnnotation(annotation);
            if (present != null) {
                method.setAccessible(true);
                String given = name.apply(present);
                String key = given.isEmpty() ? method.getName() : given;
                handlers.put(key, new Handler(key, method.getGenericParameterTypes(), method.getGenericReturnType(),
                        (target, arguments) -> invoke(method, target, arguments)));
            }
        }
        return handlers;
    }

    private static @Nullable Object invoke(Method method, Object target, @Nullable Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        }
        catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    @Override
    public String type() {
        return this.type;
    }

    @Override
    public Object newInstance() {
        try {
            return this.factory.call();
        }
        catch (InvocationTargetException thrown) {
            throw Sneaky.rethrow(thrown.getTargetException());
        }
        catch (Exception thrown) {
            throw Sneaky.rethrow(thrown);
        }
    }

    @Override
    public Handler workflowMethod() {
        return this.method;
    }

    @Override
    public @Nullable Handler init() {
        return this.init;
    }

    @Override
    public Map<String, Handler> signals() {
        return this.signals;
    }

    @Override
    public Map<String, Handler> queries() {
        return this.queries;
    }

    @Override
    public Map<String, Handler> updates() {
        return this.updates;
    }

    @Override
    public Map<String, Handler> updateValidators() {
        return this.validators;
    }

    @Override
    public boolean failsRun(Throwable failure) {
        return this.failOn.stream().anyMatch((type) -> type.isInstance(failure));
    }

}

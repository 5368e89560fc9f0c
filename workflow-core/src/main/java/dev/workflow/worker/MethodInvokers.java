package dev.workflow.worker;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;

import dev.workflow.replay.WorkflowDefinition.Invoker;
import org.jspecify.annotations.Nullable;

/**
 * Makes method handles that take their arguments as an array; exceptions come through as
 * they were thrown.
 */
final class MethodInvokers {

    private static final MethodType METHOD = MethodType.methodType(Object.class, Object.class, Object[].class);

    private static final MethodType CONSTRUCTOR = MethodType.methodType(Object.class, Object[].class);

    private MethodInvokers() {
    }

    /** Calls the method, private or not. */
    static Invoker of(Method method) {
        MethodHandle handle;
        try {
            method.setAccessible(true);
            handle = MethodHandles.lookup().unreflect(method);
        }
        catch (IllegalAccessException ex) {
            throw new IllegalStateException("Cannot access " + method, ex);
        }
        MethodHandle spread = handle.asFixedArity()
            .asSpreader(Object[].class, method.getParameterCount())
            .asType(METHOD);
        return (target, arguments) -> spread.invokeExact(target, arguments);
    }

    /** Calls the constructor, private or not. */
    static Instantiation of(Constructor<?> constructor) {
        MethodHandle handle;
        try {
            constructor.setAccessible(true);
            handle = MethodHandles.lookup().unreflectConstructor(constructor);
        }
        catch (IllegalAccessException ex) {
            throw new IllegalStateException("Cannot access " + constructor, ex);
        }
        MethodHandle spread = handle.asFixedArity()
            .asSpreader(Object[].class, constructor.getParameterCount())
            .asType(CONSTRUCTOR);
        return (arguments) -> spread.invokeExact(arguments);
    }

    /** Makes an instance; throws what the constructor throws. */
    @FunctionalInterface
    interface Instantiation {

        Object create(@Nullable Object[] arguments) throws Throwable;

    }

}

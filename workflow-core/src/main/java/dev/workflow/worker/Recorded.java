package dev.workflow.worker;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * A call on a workflow that was recorded instead of made.
 *
 * @param method the method as the class or interface declares it
 * @param arguments what it was called with
 * @param kind what the method is
 * @param name the signal's, query's or update's name; of the workflow method its Java
 * name
 * @param workflowType the type's name
 */
public record Recorded(Method method, @Nullable Object[] arguments, MemberKind kind, String name, String workflowType) {
}

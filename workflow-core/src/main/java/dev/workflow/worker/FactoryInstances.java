package dev.workflow.worker;

import java.lang.reflect.Field;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.util.ReflectionUtils;

/**
 * Instances made by the bean factory: for {@code @Bean} methods, injected fields and
 * setters, life cycle methods.
 */
final class FactoryInstances implements WorkflowInstances {

    private final String beanName;

    /** What the handlers were read from. */
    private final Class<?> userClass;

    private final WorkflowBeanFactory beanFactory;

    private final AtomicBoolean inspected = new AtomicBoolean();

    FactoryInstances(String beanName, Class<?> userClass, WorkflowBeanFactory beanFactory) {
        this.beanName = beanName;
        this.userClass = userClass;
        this.beanFactory = beanFactory;
    }

    @Override
    public Object create() {
        Object instance;
        try {
            instance = this.beanFactory.getBean(this.beanName);
        }
        catch (BeansException ex) {
            for (Throwable cause = ex.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof Error error) {
                    throw error;
                }
            }
            throw ex;
        }
        if (AopUtils.isAopProxy(instance)) {
            throw new IllegalStateException("The workflow bean '" + this.beanName
                    + "' came as a proxy, but workflows run unproxied: a post processor of the application wraps it.");
        }
        if (!this.inspected.get()) {
            refuseUnknownMembers(instance.getClass());
            inspect(instance);
            this.inspected.set(true);
        }
        return instance;
    }

    /**
     * A {@code @Bean} method can return more than it declares, and only its declaration
     * is known at start.
     */
    private void refuseUnknownMembers(Class<?> type) {
        Set<String> unknown = WorkflowMethods.describe(type);
        unknown.removeAll(WorkflowMethods.describe(this.userClass));
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("The workflow bean '" + this.beanName + "' is a " + type.getName()
                    + " with methods that would never be called, because its @Bean method declares "
                    + this.userClass.getName() + ", which does not have them: " + String.join(", ", unknown)
                    + ". Declare " + type.getName() + " as the return type of the @Bean method.");
        }
    }

    /**
     * A {@code @Bean} method can get hold of an activity bean without asking for it as a
     * parameter.
     */
    private void inspect(Object instance) {
        ReflectionUtils.doWithFields(instance.getClass(), (field) -> {
            if (ActivityAdvisingPostProcessor.isAdvised(valueOf(field, instance))) {
                throw new IllegalStateException("The workflow bean '" + this.beanName + "' has in its field '"
                        + field.getName() + "' an activity bean that was not injected. Let its @Bean method take the "
                        + "activity as a parameter instead of calling the other @Bean method.");
            }
        }, (field) -> !field.getType().isPrimitive() && !field.getType().getName().startsWith("java."));
    }

    private static @Nullable Object valueOf(Field field, Object instance) {
        try {
            field.setAccessible(true);
            return field.get(instance);
        }
        catch (IllegalAccessException | RuntimeException ex) {
            return null;
        }
    }

}

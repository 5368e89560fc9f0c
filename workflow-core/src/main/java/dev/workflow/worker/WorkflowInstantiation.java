package dev.workflow.worker;

import java.lang.annotation.Annotation;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;

/**
 * Chooses how the instances of a workflow bean are made, and checks at start that its
 * dependencies are there.
 */
final class WorkflowInstantiation {

    private final WorkflowBeanFactory beanFactory;

    WorkflowInstantiation(WorkflowBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /**
     * How instances of the bean are made.
     * @throws UnsatisfiedDependencyException when a dependency is missing
     */
    WorkflowInstances of(String beanName, Class<?> userClass) {
        RootBeanDefinition definition = (RootBeanDefinition) this.beanFactory.getMergedBeanDefinition(beanName);
        Constructor<?> constructor = isPlain(definition, userClass) ? constructor(beanName, userClass) : null;
        if (constructor != null) {
            return new ConstructedInstances(beanName, constructor, this.beanFactory);
        }
        checkDependencies(beanName, definition, userClass);
        return new FactoryInstances(beanName, userClass, this.beanFactory);
    }

    private @Nullable Constructor<?> constructor(String beanName, Class<?> userClass) {
        Constructor<?>[] candidates = this.beanFactory.autowiring().determineCandidateConstructors(userClass, beanName);
        if (candidates != null) {
            return (candidates.length == 1) ? candidates[0] : null;
        }
        try {
            return userClass.getDeclaredConstructor();
        }
        catch (NoSuchMethodException ex) {
            return null;
        }
    }

    /** Whether the constructor is all there is to it. */
    private static boolean isPlain(AbstractBeanDefinition definition, Class<?> userClass) {
        return definition.getFactoryMethodName() == null && definition.getInstanceSupplier() == null
                && definition.getInitMethodNames() == null && !definition.hasPropertyValues()
                && !definition.hasConstructorArgumentValues() && !definition.hasMethodOverrides()
                && definition.getResolvedAutowireMode() == AbstractBeanDefinition.AUTOWIRE_NO
                && !Aware.class.isAssignableFrom(userClass) && !InitializingBean.class.isAssignableFrom(userClass)
                && !hasContainerAnnotation(userClass);
    }

    private static boolean hasContainerAnnotation(Class<?> userClass) {
        AtomicBoolean found = new AtomicBoolean();
        Predicate<AccessibleObject> ofContainer = (member) -> MergedAnnotations.from(member)
            .stream()
            .map(MergedAnnotation::getType)
            .map(Class::getName)
            .anyMatch((name) -> name.startsWith("org.springframework.") || name.startsWith("jakarta."));
        ReflectionUtils.doWithFields(userClass, (field) -> found.set(true), ofContainer::test);
        ReflectionUtils.doWithMethods(userClass, (method) -> found.set(true), ofContainer::test);
        return found.get();
    }

    /** What the bean factory would only find out with the first run. */
    private void checkDependencies(String beanName, RootBeanDefinition definition, Class<?> userClass) {
        Method factoryMethod = definition.getResolvedFactoryMethod();
        if (factoryMethod != null) {
            for (int i = 0; i < factoryMethod.getParameterCount(); i++) {
                check(beanName, new DependencyDescriptor(MethodParameter.forExecutable(factoryMethod, i), true));
            }
        }
        ReflectionUtils.doWithFields(userClass, (field) -> checkField(beanName, field));
    }

    private void checkField(String beanName, Field field) {
        MergedAnnotation<? extends Annotation> autowired = MergedAnnotations.from(field).get(Autowired.class);
        if (autowired.isPresent()) {
            check(beanName, new DependencyDescriptor(field, autowired.getBoolean("required")));
        }
    }

    private void check(String beanName, DependencyDescriptor dependency) {
        try {
            this.beanFactory.resolveDependency(dependency, beanName, null, null);
        }
        catch (BeansException ex) {
            throw new UnsatisfiedDependencyException("workflow bean", beanName, dependency, ex);
        }
    }

}

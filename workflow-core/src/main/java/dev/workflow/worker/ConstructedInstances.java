package dev.workflow.worker;

import java.lang.reflect.Constructor;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.core.MethodParameter;

/**
 * Instances made by a constructor alone, which is the usual case and, as there is one for
 * each run, has to be cheap: arguments that are always the same are resolved once, at
 * start, and only the others again for each instance.
 */
final class ConstructedInstances implements WorkflowInstances {

    private final String beanName;

    private final MethodInvokers.Instantiation constructor;

    private final List<Argument> arguments;

    /** The application's own post processors; Spring's have nothing to do here. */
    private final List<BeanPostProcessor> postProcessors;

    ConstructedInstances(String beanName, Constructor<?> constructor, WorkflowBeanFactory beanFactory) {
        this.beanName = beanName;
        this.constructor = MethodInvokers.of(constructor);
        this.arguments = IntStream.range(0, constructor.getParameterCount())
            .mapToObj((index) -> argument(beanName, MethodParameter.forExecutable(constructor, index), beanFactory))
            .toList();
        this.postProcessors = beanFactory.getBeanPostProcessors()
            .stream()
            .filter((processor) -> !processor.getClass().getName().startsWith("org.springframework."))
            .toList();
    }

    @Override
    public Object create() {
        @Nullable Object[] values = new @Nullable Object[this.arguments.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = this.arguments.get(i).value();
        }
        Object instance;
        try {
            instance = this.constructor.create(values);
        }
        catch (RuntimeException | Error ex) {
            throw ex;
        }
        catch (Throwable ex) {
            throw new IllegalStateException("The constructor of workflow bean '" + this.beanName + "' failed", ex);
        }
        for (BeanPostProcessor processor : this.postProcessors) {
            Object processed = processor.postProcessBeforeInitialization(instance, this.beanName);
            instance = (processed != null) ? processed : instance;
        }
        for (BeanPostProcessor processor : this.postProcessors) {
            Object processed = processor.postProcessAfterInitialization(instance, this.beanName);
            instance = (processed != null) ? processed : instance;
        }
        return instance;
    }

    private static Argument argument(String beanName, MethodParameter parameter, WorkflowBeanFactory beanFactory) {
        Set<String> names = new LinkedHashSet<>();
        Object value = resolve(beanName, parameter, beanFactory, names);
        boolean same = isShareable(value)
                && names.stream().allMatch((name) -> beanFactory.containsBean(name) && beanFactory.isSingleton(name));
        return same ? () -> value : () -> resolve(beanName, parameter, beanFactory, new LinkedHashSet<>());
    }

    /**
     * A collection might be changed by the workflow; an optional hides the scope of its
     * bean.
     */
    private static boolean isShareable(@Nullable Object value) {
        return !(value instanceof Collection || value instanceof Map || value instanceof Object[]
                || value instanceof Optional) || value instanceof ObjectFactory;
    }

    private static @Nullable Object resolve(String beanName, MethodParameter parameter, WorkflowBeanFactory beanFactory,
            Set<String> names) {
        try {
            return beanFactory.resolveDependency(new DependencyDescriptor(parameter, true), beanName, names, null);
        }
        catch (BeansException ex) {
            throw new UnsatisfiedDependencyException("workflow " + parameter.getDeclaringClass().getName(), beanName,
                    new InjectionPoint(parameter), ex);
        }
    }

    /** Gives the value of a constructor's parameter. */
    private interface Argument {

        @Nullable Object value();

    }

}

package dev.workflow.worker;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.autoproxy.AbstractAutoProxyCreator;
import org.springframework.beans.TypeConverter;
import org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.annotation.CommonAnnotationBeanPostProcessor;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * The bean factory that creates workflow instances, a child of the application's. It
 * holds nothing but the definitions of the workflow beans, and every dependency of one,
 * whether of its constructor, a factory method, a field or a setter, is resolved by the
 * application's factory and then replaced by a stub if it is an activity. Post processors
 * that make proxies are left out: workflow beans run as they are written.
 */
final class WorkflowBeanFactory extends DefaultListableBeanFactory {

    private final DefaultListableBeanFactory application;

    private final StubbedDependencies dependencies;

    private final AutowiredAnnotationBeanPostProcessor autowiring = new AutowiredAnnotationBeanPostProcessor();

    WorkflowBeanFactory(DefaultListableBeanFactory application, Map<String, BeanDefinition> definitions,
            StubbedDependencies dependencies) {
        super(application);
        this.application = application;
        this.dependencies = dependencies;
        copyConfigurationFrom(application);
        replacePostProcessors();
        definitions.forEach(this::registerBeanDefinition);
        freezeConfiguration();
    }

    /** Finds the constructor that Spring would take. */
    AutowiredAnnotationBeanPostProcessor autowiring() {
        return this.autowiring;
    }

    @Override
    public @Nullable Object resolveDependency(DependencyDescriptor descriptor, @Nullable String requestingBeanName,
            @Nullable Set<String> autowiredBeanNames, @Nullable TypeConverter typeConverter) {
        Class<?> type = descriptor.getDependencyType();
        DependencyDescriptor eager = isLazy(descriptor) ? new EagerDescriptor(descriptor) : descriptor;
        Object value = this.application.resolveDependency(eager, requestingBeanName, autowiredBeanNames, typeConverter);
        return this.dependencies.replace(value, type);
    }

    /** References by name: {@code @Resource} and XML. */
    @Override
    @SuppressWarnings("unchecked")
    protected <T> T doGetBean(String name, @Nullable Class<T> requiredType, @Nullable Object @Nullable [] args,
            boolean typeCheckOnly) {
        T bean = super.doGetBean(name, requiredType, args, typeCheckOnly);
        if (containsLocalBean(name)) {
            return bean;
        }
        Class<?> type = (requiredType != null) ? requiredType : Object.class;
        return (T) Objects.requireNonNull(this.dependencies.replace(bean, type));
    }

    private void replacePostProcessors() {
        getBeanPostProcessors().clear();
        for (BeanPostProcessor processor : this.application.getBeanPostProcessors()) {
            if (processor instanceof CommonAnnotationBeanPostProcessor) {
                CommonAnnotationBeanPostProcessor own = new CommonAnnotationBeanPostProcessor();
                own.setBeanFactory(this);
                addBeanPostProcessor(own);
            }
            else if (!(processor instanceof AutowiredAnnotationBeanPostProcessor) && !isProxying(processor)) {
                addBeanPostProcessor(processor);
            }
        }
        this.autowiring.setBeanFactory(this);
        addBeanPostProcessor(this.autowiring);
    }

    /** Whether the post processor may put a proxy around beans. */
    static boolean isProxying(BeanPostProcessor processor) {
        return processor instanceof AbstractAutoProxyCreator || processor instanceof AbstractAdvisingBeanPostProcessor
                || processor instanceof ActivityAdvisingPostProcessor;
    }

    private static boolean isLazy(DependencyDescriptor descriptor) {
        if (MergedAnnotations.from(descriptor.getAnnotations()).isPresent(Lazy.class)) {
            return true;
        }
        MethodParameter parameter = descriptor.getMethodParameter();
        return parameter != null && AnnotatedElementUtils.hasAnnotation(parameter.getAnnotatedElement(), Lazy.class);
    }

    /**
     * The same dependency without {@code @Lazy}: behind a lazy proxy nobody can see an
     * activity bean.
     */
    private static final class EagerDescriptor extends DependencyDescriptor {

        EagerDescriptor(DependencyDescriptor original) {
            super(original);
        }

        @Override
        public boolean supportsLazyResolution() {
            return false;
        }

    }

}

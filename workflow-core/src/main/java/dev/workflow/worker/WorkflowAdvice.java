package dev.workflow.worker;

import java.lang.reflect.AnnotatedElement;
import java.util.List;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ReflectionUtils;

/**
 * Refuses advice on workflows: they run unproxied, because what an advice does would be
 * repeated with each replay.
 */
final class WorkflowAdvice {

    private static final List<String> REFUSED = List.of("org.springframework.transaction.annotation.Transactional",
            "jakarta.transaction.Transactional", "org.springframework.scheduling.annotation.Async",
            "org.springframework.scheduling.annotation.Scheduled",
            "org.springframework.scheduling.annotation.Schedules", "org.springframework.context.event.EventListener",
            "org.springframework.cache.annotation.Cacheable", "org.springframework.cache.annotation.CachePut",
            "org.springframework.cache.annotation.CacheEvict", "org.springframework.cache.annotation.Caching",
            "org.springframework.resilience.annotation.Retryable",
            "org.springframework.resilience.annotation.ConcurrencyLimit",
            "org.springframework.retry.annotation.Retryable");

    private final List<BeanPostProcessor> postProcessors;

    private final Problems problems;

    /**
     * The check.
     * @param postProcessors those of the application
     * @param problems takes what is found
     */
    WorkflowAdvice(List<BeanPostProcessor> postProcessors, Problems problems) {
        this.postProcessors = List.copyOf(postProcessors);
        this.problems = problems;
    }

    void check(String beanName, Class<?> userClass) {
        boolean annotated = checkAnnotations(beanName, userClass, userClass, "it");
        for (var method : ReflectionUtils.getUniqueDeclaredMethods(userClass,
                (candidate) -> candidate.getDeclaringClass() != Object.class)) {
            annotated |= checkAnnotations(beanName, userClass, method, method.getName());
        }
        if (!annotated) {
            this.postProcessors.forEach((processor) -> checkProxy(beanName, userClass, processor));
        }
    }

    private boolean checkAnnotations(String beanName, Class<?> userClass, AnnotatedElement element, String what) {
        MergedAnnotations annotations = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
        for (String name : REFUSED) {
            if (annotations.isPresent(name)) {
                problem(beanName, userClass, what + " is annotated with @" + name.substring(name.lastIndexOf('.') + 1),
                        "Remove the annotation; what it is for belongs into an activity.");
                return true;
            }
        }
        return false;
    }

    private void checkProxy(String beanName, Class<?> userClass, BeanPostProcessor processor) {
        if (WorkflowBeanFactory.isProxying(processor)
                && processor instanceof SmartInstantiationAwareBeanPostProcessor creator
                && wouldProxy(creator, beanName, userClass)) {
            problem(beanName, userClass,
                    "an advice of the application applies to it (found by " + processor.getClass().getSimpleName()
                            + ")",
                    "Exclude workflows from the pointcut, for example with !@within(dev.workflow.Workflow).");
        }
    }

    private static boolean wouldProxy(SmartInstantiationAwareBeanPostProcessor creator, String beanName,
            Class<?> userClass) {
        try {
            return creator.determineBeanType(userClass, beanName) != userClass;
        }
        catch (RuntimeException ex) {
            return true;
        }
    }

    private void problem(String beanName, Class<?> userClass, String reason, String action) {
        this.problems.add(beanName, "The workflow bean '" + beanName + "' (" + userClass.getName()
                + ") runs unproxied, but " + reason + ".", action);
    }

}

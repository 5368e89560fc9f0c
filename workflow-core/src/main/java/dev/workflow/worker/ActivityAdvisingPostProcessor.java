package dev.workflow.worker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Gives every activity bean the advice that makes calls from workflow threads durable,
 * outside of all other advices.
 * <p>
 * It is deliberately not {@code Ordered}: the container asks such post processors last,
 * when the proxies of transactions, validation and the like are there, and the advice is
 * put in front of theirs. That it is an infrastructure bean keeps the creators of these
 * proxies from looking at it, which would create the host's advisors too early. To be
 * declared as a static {@code @Bean}.
 */
public final class ActivityAdvisingPostProcessor
        implements SmartInstantiationAwareBeanPostProcessor, BeanFactoryAware, AopInfrastructureBean {

    static final String OPEN_IT = "Make the class and its public methods neither final nor sealed (in Kotlin: open, or "
            + "use the kotlin-spring plugin), or put @Activity on an interface that it implements.";

    private final Map<String, Object> earlyReferences = new ConcurrentHashMap<>();

    private @Nullable ConfigurableListableBeanFactory beanFactory;

    private @Nullable ActivityTypes types;

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        ConfigurableListableBeanFactory configurable = (ConfigurableListableBeanFactory) beanFactory;
        this.beanFactory = configurable;
        this.types = new ActivityTypes(Placeholders.of(configurable));
    }

    @Override
    public Object getEarlyBeanReference(Object bean, String beanName) {
        Object advised = advise(bean, beanName);
        if (isAdvised(advised)) {
            this.earlyReferences.put(beanName, bean);
        }
        return advised;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return (this.earlyReferences.remove(beanName) != null) ? bean : advise(bean, beanName);
    }

    /** Whether calls of this bean are durable on workflow threads. */
    static boolean isAdvised(@Nullable Object bean) {
        return bean instanceof Advised advised && advised.getAdvisorCount() > 0
                && advised.getAdvisors()[0].getAdvice() instanceof DurableCallAdvice;
    }

    private Object advise(Object bean, String beanName) {
        Class<?> userClass = BeanClasses.of(bean);
        if (this.types == null || !ActivityTypes.isActivity(userClass) || isAdvised(bean)) {
            return bean;
        }
        ActivityType type = read(this.types, userClass, beanName);
        refuseAsync(type, beanName);
        DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(new DurableCallAdvice(type));
        if (bean instanceof Advised advised && !advised.isFrozen()) {
            advised.addAdvisor(0, advisor);
            return bean;
        }
        String obstacle = type.obstacle();
        if (obstacle != null && !(bean instanceof Advised)) {
            throw new InvalidWorkflowTypeException(beanName,
                    describe(beanName, userClass)
                            + " cannot be proxied, so calls from workflows would not be durable: it " + obstacle + ".",
                    OPEN_IT);
        }
        return proxy(bean, beanName, type, advisor);
    }

    private Object proxy(Object bean, String beanName, ActivityType type, DefaultPointcutAdvisor advisor) {
        ProxyFactory factory = new ProxyFactory(bean);
        boolean asInterface = BeanClasses.isGenerated(bean.getClass()) || !type.interfacesInstead().isEmpty();
        factory.setProxyTargetClass(!asInterface);
        factory.addAdvisor(advisor);
        factory.setPreFiltered(true);
        if (this.beanFactory != null && this.beanFactory.containsBeanDefinition(beanName)) {
            this.beanFactory.getMergedBeanDefinition(beanName)
                .setAttribute(AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE, type.userClass());
        }
        return factory.getProxy(bean.getClass().getClassLoader());
    }

    private static ActivityType read(ActivityTypes types, Class<?> userClass, String beanName) {
        try {
            return types.of(userClass);
        }
        catch (IllegalArgumentException ex) {
            throw new InvalidWorkflowTypeException(beanName,
                    describe(beanName, userClass) + " has an option that makes no sense: " + ex.getMessage() + ".",
                    "Correct the attribute of @Activity or @ActivityMethod.");
        }
    }

    private static void refuseAsync(ActivityType type, String beanName) {
        for (ActivityCall call : type.calls()) {
            if (isAsync(MergedAnnotations.from(call.method(), SearchStrategy.TYPE_HIERARCHY))
                    || isAsync(MergedAnnotations.from(type.userClass(), SearchStrategy.TYPE_HIERARCHY))) {
                throw new InvalidWorkflowTypeException(beanName,
                        describe(beanName, type.userClass()) + " is asynchronous in " + call.method().getName()
                                + ": the activity would count as done before its work is.",
                        "Remove @Async. An activity runs on a thread of its own anyway; workflow code calls it with "
                                + "Workflows.async to go on meanwhile.");
            }
        }
    }

    private static boolean isAsync(MergedAnnotations annotations) {
        return annotations.isPresent("org.springframework.scheduling.annotation.Async");
    }

    private static String describe(String beanName, Class<?> userClass) {
        return "The activity bean '" + name(beanName) + "' (" + userClass.getName() + ")";
    }

    private static String name(String beanName) {
        return ScopedProxyUtils.isScopedTarget(beanName) ? ScopedProxyUtils.getOriginalBeanName(beanName) : beanName;
    }

}

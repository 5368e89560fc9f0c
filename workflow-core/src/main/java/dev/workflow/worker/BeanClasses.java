package dev.workflow.worker;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/** Finds the class that the user wrote behind proxies and mocks. */
final class BeanClasses {

    private static final String MOCK = "$MockitoMock$";

    private BeanClasses() {
    }

    /**
     * The class behind this instance. Where not that class but the instance is an
     * activity, as a proxy with a foreign target can be, it is the activity's interface.
     */
    static Class<?> of(Object bean) {
        Class<?> target = userClass(AopProxyUtils.ultimateTargetClass(bean));
        boolean byInterface = !ActivityTypes.isActivity(target) && ActivityTypes.isActivity(bean.getClass());
        return byInterface ? userInterface(bean.getClass()) : target;
    }

    /**
     * The class of a bean, which is not created for it; null when only its creation would
     * tell.
     */
    static @Nullable Class<?> of(ConfigurableListableBeanFactory beanFactory, String beanName) {
        Object singleton = beanFactory.getSingleton(beanName);
        if (singleton != null && !beanFactory.isFactoryBean(beanName)) {
            return of(singleton);
        }
        if (beanFactory.containsBeanDefinition(beanName) && beanFactory.getMergedBeanDefinition(beanName)
            .getAttribute(AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE) instanceof Class<?> target) {
            return userClass(target);
        }
        Class<?> type = beanFactory.getType(beanName, false);
        return (type != null) ? userClass(type) : null;
    }

    /** The class that this generated one stands for, or the class itself. */
    static Class<?> userClass(Class<?> type) {
        if (isGenerated(type) && ActivityTypes.isActivity(type)) {
            return userInterface(type);
        }
        if (!isMock(type)) {
            return ClassUtils.getUserClass(type);
        }
        Class<?> superclass = type.getSuperclass();
        if (superclass != null && superclass != Object.class) {
            return superclass;
        }
        return (type.getInterfaces().length > 0) ? type.getInterfaces()[0] : type;
    }

    /** Whether it is the class of a JDK proxy or a lambda, which nobody wrote. */
    static boolean isGenerated(Class<?> type) {
        return Proxy.isProxyClass(type) || (type.isHidden() && type.getSuperclass() == Object.class);
    }

    /** The interface of a proxy that the user wrote; of several, a type that has all. */
    private static Class<?> userInterface(Class<?> proxy) {
        List<Class<?>> interfaces = Arrays.stream(ClassUtils.getAllInterfacesForClass(proxy))
            .filter((type) -> ActivityTypes.isActivity(type) || !type.getName().startsWith("org.springframework."))
            .toList();
        Class<?>[] mostSpecific = interfaces.stream()
            .filter((type) -> interfaces.stream().noneMatch((other) -> other != type && type.isAssignableFrom(other)))
            .toArray(Class<?>[]::new);
        return (mostSpecific.length == 1) ? mostSpecific[0]
                : ClassUtils.createCompositeInterface(mostSpecific, proxy.getClassLoader());
    }

    static boolean isMock(Class<?> type) {
        return type.getName().contains(MOCK);
    }

}

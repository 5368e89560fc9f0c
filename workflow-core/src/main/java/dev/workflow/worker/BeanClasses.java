package dev.workflow.worker;

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

    /** The class behind this instance. */
    static Class<?> of(Object bean) {
        return userClass(AopProxyUtils.ultimateTargetClass(bean));
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
        if (!isMock(type)) {
            return ClassUtils.getUserClass(type);
        }
        Class<?> superclass = type.getSuperclass();
        if (superclass != null && superclass != Object.class) {
            return superclass;
        }
        return (type.getInterfaces().length > 0) ? type.getInterfaces()[0] : type;
    }

    static boolean isMock(Class<?> type) {
        return type.getName().contains(MOCK);
    }

}

package dev.workflow.worker;

import java.lang.reflect.Method;

import dev.workflow.engine.ActivityDefinition.Invoker;
import dev.workflow.replay.WorkflowDefinition;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;

/**
 * Calls one method of an activity bean, through its proxies. The bean is looked up with
 * the first call: a lazy one is not created at start, and one of another scope is looked
 * up each time.
 */
final class BeanInvoker implements Invoker {

    private final BeanFactory beanFactory;

    private final String beanName;

    private final Method method;

    private volatile @Nullable Bound bound;

    BeanInvoker(BeanFactory beanFactory, String beanName, Method method) {
        this.beanFactory = beanFactory;
        this.beanName = beanName;
        this.method = method;
    }

    @Override
    public @Nullable Object invoke(@Nullable Object[] arguments) throws Throwable {
        Bound current = this.bound;
        if (current == null) {
            current = bind();
        }
        return current.invoker().invoke(current.bean(), arguments);
    }

    private Bound bind() {
        Object bean = this.beanFactory.getBean(this.beanName);
        Method invocable = AopUtils.selectInvocableMethod(this.method, bean.getClass());
        Bound created = new Bound(bean, MethodInvokers.of(invocable));
        if (this.beanFactory.isSingleton(this.beanName)) {
            this.bound = created;
        }
        return created;
    }

    private record Bound(Object bean, WorkflowDefinition.Invoker invoker) {
    }

}

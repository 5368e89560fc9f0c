package dev.workflow.boot.autoconfigure;

import dev.workflow.engine.OpenTransactions;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Has the application's transaction managers tell when their transactions end.
 */
final class TransactionWatch implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof PlatformTransactionManager manager) {
            OpenTransactions.watch(manager);
        }
        return bean;
    }

}

package dev.workflow.boot.autoconfigure;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.persistence.autoconfigure.EntityScanPackages;

/**
 * Adds the engine's entities to an application that has an {@code @EntityScan} of its
 * own, which replaces the packages of auto-configuration. Without one there is nothing to
 * do: a scan of ours would hide the application's entities.
 */
final class StoreEntityScan implements BeanDefinitionRegistryPostProcessor {

    static final String STORE_PACKAGE = "dev.workflow.store";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (registry.containsBeanDefinition(EntityScanPackages.class.getName())) {
            EntityScanPackages.register(registry, STORE_PACKAGE);
        }
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        // Everything was done on the registry.
    }

}

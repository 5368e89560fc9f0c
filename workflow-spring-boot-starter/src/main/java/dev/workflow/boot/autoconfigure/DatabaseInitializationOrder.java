package dev.workflow.boot.autoconfigure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import jakarta.persistence.EntityManagerFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.sql.init.dependency.DatabaseInitializerDetector;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.core.Ordered;
import org.springframework.util.StringUtils;

/**
 * Puts what touches the database at start into this order: wait for the database; the
 * application's own Liquibase, Flyway or scripts; the engine's tables; entity managers
 * and the engine.
 * <p>
 * The engine's tables come after the application's, since Flyway refuses a first
 * migration of a schema that is not empty. With
 * {@code spring.jpa.defer-datasource-initialization} the entity manager is one of the
 * initializers and comes before scripts: then the engine's tables do not wait for any of
 * them. That is why this is no {@code DatabaseInitializerDetector}, whose order always
 * includes the entity manager.
 */
final class DatabaseInitializationOrder implements BeanFactoryPostProcessor, Ordered {

    static final String AVAILABILITY = "workflow.databaseAvailability";

    static final String MIGRATION = "workflow.schemaMigration";

    private static final String INITIALIZER_ATTRIBUTE = DatabaseInitializerDetector.class.getName();

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        Set<String> initializers = initializers(beanFactory);
        Set<String> entityManagers = entityManagers(beanFactory);
        Set<String> dependents = new LinkedHashSet<>(entityManagers);
        dependents.addAll(annotated(beanFactory));
        initializers.forEach((name) -> dependOn(beanFactory, name, Set.of(AVAILABILITY)));
        dependents.forEach((name) -> dependOn(beanFactory, name, Set.of(AVAILABILITY)));
        if (beanFactory.containsBeanDefinition(MIGRATION)) {
            boolean deferred = initializers.stream().anyMatch(entityManagers::contains);
            dependOn(beanFactory, MIGRATION, deferred ? Set.of(AVAILABILITY) : union(initializers, AVAILABILITY));
            dependents.forEach((name) -> dependOn(beanFactory, name, Set.of(MIGRATION)));
        }
    }

    /** After Boot's own, which marks the initializers. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    private static Set<String> initializers(ConfigurableListableBeanFactory beanFactory) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : beanFactory.getBeanDefinitionNames()) {
            if (beanFactory.getBeanDefinition(name).hasAttribute(INITIALIZER_ATTRIBUTE)) {
                names.add(name);
            }
        }
        return names;
    }

    private static Set<String> entityManagers(ConfigurableListableBeanFactory beanFactory) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : beanFactory.getBeanNamesForType(EntityManagerFactory.class, true, false)) {
            names.add(BeanFactoryUtils.transformedBeanName(name));
        }
        names.removeIf((name) -> !beanFactory.containsBeanDefinition(name));
        return names;
    }

    private static Set<String> annotated(ConfigurableListableBeanFactory beanFactory) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : beanFactory.getBeanDefinitionNames()) {
            if (beanFactory.findAnnotationOnBean(name, DependsOnDatabaseInitialization.class, false) != null) {
                names.add(name);
            }
        }
        return names;
    }

    private static void dependOn(ConfigurableListableBeanFactory beanFactory, String name, Set<String> dependencies) {
        BeanDefinition definition = beanFactory.getBeanDefinition(name);
        Set<String> all = new LinkedHashSet<>();
        if (definition.getDependsOn() != null) {
            all.addAll(List.of(definition.getDependsOn()));
        }
        all.addAll(dependencies);
        definition.setDependsOn(StringUtils.toStringArray(all));
    }

    private static Set<String> union(Set<String> names, String name) {
        Set<String> all = new LinkedHashSet<>(names);
        all.add(name);
        return all;
    }

}

package dev.workflow.boot.autoconfigure;

import java.util.Collection;
import java.util.Map;

import javax.sql.DataSource;

import dev.workflow.store.PinnedMapping;
import dev.workflow.store.WorkflowNodeEntity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.metamodel.ManagedType;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.orm.jpa.EntityManagerFactoryInfo;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/**
 * Where the engine's entities are managed: in the application's persistence unit, if it
 * has one on the engine's database that knows them. An application that builds its entity
 * managers itself, from a list of its own or on another database, leaves none; then the
 * engine has one for itself, out of everybody's sight.
 */
final class StoreEntityManagers implements AutoCloseable {

    private final EntityManager entityManager;

    private final @Nullable LocalContainerEntityManagerFactoryBean own;

    StoreEntityManagers(Collection<EntityManagerFactory> candidates, DataSource dataSource, @Nullable String schema) {
        EntityManagerFactory shared = candidates.stream()
            .filter((candidate) -> isOn(candidate, dataSource) && knowsStore(candidate))
            .findFirst()
            .orElse(null);
        this.own = (shared == null) ? create(dataSource, schema) : null;
        this.entityManager = SharedEntityManagerCreator
            .createSharedEntityManager((shared != null) ? shared : nativeFactory(this.own));
    }

    private static boolean isOn(EntityManagerFactory candidate, DataSource dataSource) {
        return candidate instanceof EntityManagerFactoryInfo info && dataSource.equals(info.getDataSource());
    }

    private static boolean knowsStore(EntityManagerFactory candidate) {
        return candidate.getMetamodel()
            .getEntities()
            .stream()
            .map(ManagedType::getJavaType)
            .anyMatch(WorkflowNodeEntity.class::equals);
    }

    private static LocalContainerEntityManagerFactoryBean create(DataSource dataSource, @Nullable String schema) {
        LocalContainerEntityManagerFactoryBean factory = definition(dataSource, schema);
        factory.afterPropertiesSet();
        return factory;
    }

    /** A persistence unit of the engine's entities alone. */
    static LocalContainerEntityManagerFactoryBean definition(DataSource dataSource, @Nullable String schema) {
        LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
        factory.setPersistenceUnitName("workflow");
        factory.setDataSource(dataSource);
        factory.setPackagesToScan(StoreEntityScan.STORE_PACKAGE);
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setJpaPropertyMap((schema != null) ? Map.of(PinnedMapping.SCHEMA, schema) : Map.of());
        return factory;
    }

    private static EntityManagerFactory nativeFactory(@Nullable LocalContainerEntityManagerFactoryBean factory) {
        EntityManagerFactory object = (factory != null) ? factory.getObject() : null;
        if (object == null) {
            throw new IllegalStateException("The engine's persistence unit was not created");
        }
        return object;
    }

    <T> T repository(Class<T> type) {
        return new JpaRepositoryFactory(this.entityManager).getRepository(type);
    }

    @Override
    public void close() {
        if (this.own != null) {
            this.own.destroy();
        }
    }

}

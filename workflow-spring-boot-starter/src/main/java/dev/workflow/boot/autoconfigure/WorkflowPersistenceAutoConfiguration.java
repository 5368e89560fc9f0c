package dev.workflow.boot.autoconfigure;

import dev.workflow.boot.WorkflowProperties;
import dev.workflow.store.PinnedMapping;
import org.hibernate.cfg.MappingSettings;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the engine's entities: they join the application's persistence
 * unit, beside whatever the application scans or lists itself, and the application's
 * naming strategy and schema tools pass them by.
 */
@AutoConfiguration(before = { HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class })
@ConditionalOnWorkflowEnabled
@EnableConfigurationProperties(WorkflowProperties.class)
@AutoConfigurationPackage(basePackages = StoreEntityScan.STORE_PACKAGE)
public final class WorkflowPersistenceAutoConfiguration {

    @Bean("workflow.storeEntityScan")
    static StoreEntityScan workflowStoreEntityScan() {
        return new StoreEntityScan();
    }

    @Bean("workflow.hibernatePropertiesCustomizer")
    HibernatePropertiesCustomizer workflowHibernatePropertiesCustomizer(WorkflowProperties properties,
            ObjectProvider<WorkflowDatabase> database) {
        return (settings) -> {
            String schema = properties.schema();
            if (schema == null && settings.containsKey(MappingSettings.DEFAULT_SCHEMA)) {
                // That is where the application's tables are. The engine's are found
                // without Hibernate, too.
                schema = database.getObject().currentSchema();
            }
            if (schema != null) {
                settings.put(PinnedMapping.SCHEMA, schema);
            }
        };
    }

}

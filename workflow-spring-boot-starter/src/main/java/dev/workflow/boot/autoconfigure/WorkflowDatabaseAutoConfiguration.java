package dev.workflow.boot.autoconfigure;

import java.util.List;

import javax.sql.DataSource;

import dev.workflow.boot.WorkflowDataSource;
import dev.workflow.boot.WorkflowProperties;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of the engine's database: which one it is, waiting for it at start,
 * and its tables.
 */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnWorkflowEnabled
@EnableConfigurationProperties(WorkflowProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
public final class WorkflowDatabaseAutoConfiguration {

    @Bean("workflow.database")
    WorkflowDatabase workflowDatabase(ListableBeanFactory beans, ObjectProvider<DataSource> dataSources,
            @WorkflowDataSource ObjectProvider<DataSource> marked) {
        return WorkflowDatabase.choose(marked.getIfAvailable(), dataSources.getIfUnique(),
                List.of(beans.getBeanNamesForType(DataSource.class)));
    }

    @Bean(DatabaseInitializationOrder.AVAILABILITY)
    DatabaseAvailability workflowDatabaseAvailability(WorkflowDatabase database, WorkflowProperties properties) {
        return new DatabaseAvailability(database, properties.startupTimeout());
    }

    @Bean(DatabaseInitializationOrder.MIGRATION)
    @ConditionalOnBooleanProperty(name = "workflow.liquibase.enabled", matchIfMissing = true)
    SchemaMigration workflowSchemaMigration(WorkflowDatabase database, WorkflowProperties properties,
            ResourceLoader resources) {
        return new SchemaMigration(database, properties.schema(), resources);
    }

    @Bean("workflow.databaseInitializationOrder")
    static DatabaseInitializationOrder workflowDatabaseInitializationOrder() {
        return new DatabaseInitializationOrder();
    }

}

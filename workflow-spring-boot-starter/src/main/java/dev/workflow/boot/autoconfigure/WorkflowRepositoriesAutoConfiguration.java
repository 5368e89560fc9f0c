package dev.workflow.boot.autoconfigure;

import dev.workflow.boot.WorkflowProperties;
import dev.workflow.engine.EngineClock;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.store.JpaNodeDirectory;
import dev.workflow.store.WorkflowActivityTaskRepository;
import dev.workflow.store.WorkflowNodeRepository;
import dev.workflow.store.WorkflowTaskRepository;
import jakarta.persistence.EntityManagerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * Auto-configuration of what reads through the engine's entities.
 */
@AutoConfiguration(after = { WorkflowEngineAutoConfiguration.class, HibernateJpaAutoConfiguration.class })
@ConditionalOnWorkflowEnabled
public final class WorkflowRepositoriesAutoConfiguration {

    /**
     * For an application with several data sources and no entity manager, or with one of
     * another name: Boot's repositories, which came with this starter, look for one of
     * this name.
     */
    @Bean(name = "entityManagerFactory", defaultCandidate = false)
    @ConditionalOnMissingBean(name = "entityManagerFactory")
    LocalContainerEntityManagerFactoryBean workflowEntityManagerFactory(WorkflowDatabase database,
            WorkflowProperties properties) {
        return StoreEntityManagers.definition(database.dataSource(), properties.schema());
    }

    @Bean("workflow.entityManagers")
    @DependsOnDatabaseInitialization
    StoreEntityManagers workflowEntityManagers(ListableBeanFactory beans, WorkflowDatabase database,
            WorkflowProperties properties) {
        return new StoreEntityManagers(beans.getBeansOfType(EntityManagerFactory.class).values(), database.dataSource(),
                properties.schema());
    }

    @Bean("workflow.nodeDirectory")
    @ConditionalOnMissingBean
    NodeDirectory workflowNodeDirectory(StoreEntityManagers entityManagers, EngineClock clock, WorkflowEngine engine) {
        return new JpaNodeDirectory(entityManagers.repository(WorkflowNodeRepository.class),
                entityManagers.repository(WorkflowTaskRepository.class),
                entityManagers.repository(WorkflowActivityTaskRepository.class), clock, engine::nodeId,
                engine.gauges()::waitingForBuilds);
    }

}

package dev.workflow.worker;

import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import dev.workflow.replay.WorkflowDefinition;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.transaction.PlatformTransactionManager;

/** An application with the beans that the starter declares, and those of a test. */
final class TestApplication implements AutoCloseable {

    final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    TestApplication(Class<?>... components) {
        this(Map.of(), components);
    }

    TestApplication(Map<String, Object> properties, Class<?>... components) {
        this.context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", properties));
        this.context.register(Infrastructure.class);
        this.context.register(components);
        try {
            this.context.refresh();
        }
        catch (RuntimeException ex) {
            this.context.close();
            throw ex;
        }
    }

    BeanTypeRegistry registry() {
        return this.context.getBean(BeanTypeRegistry.class);
    }

    WorkflowDefinition workflow(String type) {
        WorkflowDefinition definition = registry().workflow(type);
        if (definition == null) {
            throw new AssertionError("No workflow " + type + " in " + registry().workflowTypes());
        }
        return definition;
    }

    <T> T newWorkflow(Class<T> type) {
        return newWorkflow(type, type.getSimpleName());
    }

    <T> T newWorkflow(Class<T> type, String workflowType) {
        return type.cast(workflow(workflowType).newInstance());
    }

    @Override
    public void close() {
        this.context.close();
    }

    /** What went wrong at start. */
    static InvalidWorkflowTypeException failureOf(Class<?>... components) {
        try (TestApplication application = new TestApplication(components)) {
            throw new AssertionError("Started with " + application.registry().workflowTypes());
        }
        catch (RuntimeException ex) {
            for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
                if (cause instanceof InvalidWorkflowTypeException invalid) {
                    return invalid;
                }
            }
            throw ex;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Infrastructure {

        @Bean
        static WorkflowBeanDefinitions workflowBeanDefinitions() {
            return new WorkflowBeanDefinitions();
        }

        @Bean
        static ActivityAdvisingPostProcessor activityAdvisingPostProcessor() {
            return new ActivityAdvisingPostProcessor();
        }

        @Bean
        SpringActivityStubs springActivityStubs(DefaultListableBeanFactory beanFactory) {
            return new SpringActivityStubs(beanFactory);
        }

        @Bean
        BeanTypeRegistry beanTypeRegistry(DefaultListableBeanFactory beanFactory, WorkflowBeanDefinitions definitions,
                SpringActivityStubs stubs, ObjectProvider<DataSource> dataSource,
                ObjectProvider<PlatformTransactionManager> transactionManager) {
            return new BeanTypeRegistry(beanFactory, definitions, stubs, Set.of("configured"), dataSource.getIfUnique(),
                    transactionManager.getIfUnique());
        }

    }

}

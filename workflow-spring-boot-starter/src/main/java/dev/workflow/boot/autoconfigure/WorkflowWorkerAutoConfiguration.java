package dev.workflow.boot.autoconfigure;

import java.util.List;

import dev.workflow.ActivityOptions;
import dev.workflow.RetryOptions;
import dev.workflow.boot.WorkflowProperties;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.interceptor.ActivityInterceptor;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.interceptor.Interceptors;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.LimitedPayloadConverter;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.ActivityStubs;
import dev.workflow.replay.MachineSettings;
import dev.workflow.worker.ActivityAdvisingPostProcessor;
import dev.workflow.worker.BeanTypeRegistry;
import dev.workflow.worker.SpringActivityStubs;
import dev.workflow.worker.WorkflowBeanDefinitions;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of the application's workflow and activity beans, wherever its own
 * scan or {@code @Bean} methods put them.
 */
@AutoConfiguration(after = WorkflowDatabaseAutoConfiguration.class)
@ConditionalOnWorkflowEnabled
@Import(PayloadCodecsConfiguration.class)
public final class WorkflowWorkerAutoConfiguration {

    @Bean("workflow.beanDefinitions")
    static WorkflowBeanDefinitions workflowBeanDefinitions() {
        return new WorkflowBeanDefinitions();
    }

    @Bean("workflow.activityAdvisingPostProcessor")
    static ActivityAdvisingPostProcessor workflowActivityAdvisingPostProcessor() {
        return new ActivityAdvisingPostProcessor();
    }

    @Bean("workflow.activityStubs")
    SpringActivityStubs workflowActivityStubs(DefaultListableBeanFactory beanFactory) {
        return new SpringActivityStubs(beanFactory);
    }

    @Bean("workflow.typeRegistry")
    BeanTypeRegistry workflowTypeRegistry(DefaultListableBeanFactory beanFactory, WorkflowBeanDefinitions definitions,
            SpringActivityStubs stubs, WorkflowProperties properties, WorkflowDatabase database,
            WorkflowTransactions transactions) {
        return new BeanTypeRegistry(beanFactory, definitions, stubs, properties.worker().taskQueues().keySet(),
                database.dataSource(), transactions.manager());
    }

    @Bean("workflow.determinismAtStart")
    @ConditionalOnBooleanProperty(name = "workflow.worker.enabled", matchIfMissing = true)
    DeterminismAtStart workflowDeterminismAtStart(BeanTypeRegistry types, WorkflowProperties properties,
            BeanFactory beanFactory) {
        List<String> packages = AutoConfigurationPackages.has(beanFactory) ? AutoConfigurationPackages.get(beanFactory)
                : List.of();
        return new DeterminismAtStart(properties.determinism(), properties.determinismExclude(), types, packages);
    }

    @Bean("workflow.payloadConverter")
    @ConditionalOnMissingBean
    PayloadConverter workflowPayloadConverter() {
        return new JacksonPayloadConverter();
    }

    @Bean("workflow.failureConverter")
    @ConditionalOnMissingBean
    FailureConverter workflowFailureConverter(PayloadConverter payloads, WorkflowProperties properties) {
        return new JacksonFailureConverter(limited(payloads, properties));
    }

    @Bean("workflow.interceptors")
    Interceptors workflowInterceptors(ObjectProvider<WorkflowInterceptor> workflows,
            ObjectProvider<ActivityInterceptor> activities, ObjectProvider<ContextPropagator> propagators) {
        return new Interceptors(workflows.orderedStream().toList(), activities.orderedStream().toList(),
                new ContextPropagation(propagators.orderedStream().toList()));
    }

    @Bean("workflow.machineSettings")
    MachineSettings workflowMachineSettings(PayloadConverter payloads, FailureConverter failures, ActivityStubs stubs,
            WorkflowProperties properties, Interceptors interceptors) {
        return new MachineSettings(limited(payloads, properties), failures, stubs,
                activityDefaults(properties.activity()),
                properties.worker().unexpectedException() == WorkflowProperties.UnexpectedException.FAIL_RUN,
                properties.history().warnEvents(), interceptors);
    }

    private static PayloadConverter limited(PayloadConverter payloads, WorkflowProperties properties) {
        return new LimitedPayloadConverter(payloads, Math.toIntExact(properties.payload().maxSize().toBytes()));
    }

    private static ActivityOptions activityDefaults(WorkflowProperties.Activity activity) {
        ActivityOptions options = ActivityOptions.defaults()
            .startToCloseTimeout(activity.startToCloseTimeout())
            .retry(retry(activity.retry()));
        if (activity.scheduleToCloseTimeout() != null) {
            options = options.scheduleToCloseTimeout(activity.scheduleToCloseTimeout());
        }
        if (activity.scheduleToStartTimeout() != null) {
            options = options.scheduleToStartTimeout(activity.scheduleToStartTimeout());
        }
        return (activity.heartbeatTimeout() != null) ? options.heartbeatTimeout(activity.heartbeatTimeout()) : options;
    }

    private static RetryOptions retry(WorkflowProperties.Retry retry) {
        return RetryOptions.defaults()
            .initialInterval(retry.initialInterval())
            .backoffCoefficient(retry.backoffCoefficient())
            .maximumInterval(retry.maximumInterval())
            .maximumAttempts(retry.maximumAttempts());
    }

}

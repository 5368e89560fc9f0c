package dev.workflow.boot.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import dev.workflow.batch.Batches;
import dev.workflow.boot.actuate.BatchMeterBinder;
import dev.workflow.boot.actuate.WorkflowsWebEndpoint;
import dev.workflow.boot.WorkflowProperties;
import dev.workflow.boot.actuate.EngineMeterBinder;
import dev.workflow.boot.actuate.MicrometerEngineMetrics;
import dev.workflow.boot.actuate.MicrometerEngineObservations;
import dev.workflow.boot.actuate.WorkflowConcurrencyEndpoint;
import dev.workflow.boot.actuate.WorkflowHealthIndicator;
import dev.workflow.boot.actuate.WorkflowFairnessEndpoint;
import dev.workflow.boot.actuate.WorkflowsEndpoint;
import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.EngineMetrics;
import dev.workflow.engine.EngineObservations;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowService;
import dev.workflow.visibility.WorkflowLists;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the health {@code workflow}, the endpoint {@code workflows} and
 * the meters.
 */
@AutoConfiguration(after = { WorkflowRepositoriesAutoConfiguration.class, WorkflowClientAutoConfiguration.class },
        afterName = {
                "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
                "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@ConditionalOnWorkflowEnabled
public final class WorkflowActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
    @ConditionalOnEnabledHealthIndicator("workflow")
    static class HealthConfiguration {

        /** The name without the suffix is what the health is called. */
        @Bean
        @ConditionalOnMissingBean(name = "workflowHealthIndicator")
        WorkflowHealthIndicator workflowHealthIndicator(EngineGauges engine, WorkflowProperties properties) {
            return new WorkflowHealthIndicator(engine, properties.lease(), properties.health().backlogAge());
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    static class EndpointConfiguration {

        @Bean("workflow.endpoint")
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        WorkflowsEndpoint workflowsEndpoint(WorkflowLists lists, NodeDirectory directory, TypeRegistry types,
                EngineGauges engine, WorkflowService workflows) {
            return new WorkflowsEndpoint(lists, directory, types, engine, workflows);
        }

        @Bean("workflow.webEndpoint")
        @ConditionalOnMissingBean
        @ConditionalOnBean(WorkflowsEndpoint.class)
        @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
        WorkflowsWebEndpoint workflowsWebEndpoint(WorkflowsEndpoint endpoint) {
            return new WorkflowsWebEndpoint(endpoint);
        }

        @Bean("workflow.fairnessEndpoint")
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        WorkflowFairnessEndpoint workflowFairnessEndpoint(WorkflowService workflows) {
            return new WorkflowFairnessEndpoint(workflows);
        }

        @Bean("workflow.concurrencyEndpoint")
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        WorkflowConcurrencyEndpoint workflowConcurrencyEndpoint(WorkflowService workflows) {
            return new WorkflowConcurrencyEndpoint(workflows.operator());
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    @ConditionalOnBean(ObservationRegistry.class)
    static class ObservationConfiguration {

        private static final String METERS = "io.micrometer.core.instrument.observation.";

        /**
         * Where only meters are made of observations, the engine's own meters say the
         * same at a fraction of the cost.
         */
        @Bean("workflow.observations")
        @ConditionalOnMissingBean(EngineObservations.class)
        EngineObservations workflowObservations(ObservationRegistry registry, TypeRegistry types,
                ObjectProvider<ObservationHandler<?>> handlers) {
            boolean observed = handlers.stream().anyMatch((h) -> !h.getClass().getName().startsWith(METERS));
            return observed ? new MicrometerEngineObservations(registry, types) : EngineObservations.NONE;
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class MetricsConfiguration {

        @Bean("workflow.metrics")
        @ConditionalOnMissingBean(EngineMetrics.class)
        MicrometerEngineMetrics workflowMetrics(MeterRegistry registry, TypeRegistry types) {
            return new MicrometerEngineMetrics(registry, types);
        }

        @Bean("workflow.meterBinder")
        @ConditionalOnMissingBean
        EngineMeterBinder workflowMeterBinder(EngineGauges engine) {
            return new EngineMeterBinder(engine);
        }

        @Bean("workflow.batchMeterBinder")
        @ConditionalOnMissingBean
        BatchMeterBinder workflowBatchMeterBinder(Batches batches) {
            return new BatchMeterBinder(batches);
        }

        /** As Boot does it for the pools that are beans: a pool has one registry only. */
        @Bean("workflow.connectionMeterBinder")
        MeterBinder workflowConnectionMeterBinder(EngineConnections connections) {
            return (registry) -> {
                if (connections.dataSource() instanceof HikariDataSource pool
                        && pool.getMetricsTrackerFactory() == null) {
                    pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
                }
            };
        }

    }

}

package dev.workflow.boot.autoconfigure;

import dev.workflow.batch.BatchRunner;
import dev.workflow.batch.Batches;
import dev.workflow.boot.WorkflowProperties;
import dev.workflow.client.EngineWorkflowClient;
import dev.workflow.client.WorkflowClient;
import dev.workflow.engine.EngineClock;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.engine.WorkflowService;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.MachineSettings;
import dev.workflow.visibility.WorkflowLists;
import dev.workflow.worker.CallRecorder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.DependsOn;

/**
 * Auto-configuration of what the application's own code calls.
 */
@AutoConfiguration(after = WorkflowEngineAutoConfiguration.class)
@ConditionalOnWorkflowEnabled
public final class WorkflowClientAutoConfiguration {

    @Bean("workflow.lists")
    @ConditionalOnMissingBean
    WorkflowLists workflowLists(WorkflowDatabase database, WorkflowProperties properties, PayloadCodecs codecs) {
        return new WorkflowLists(database.dataSource(), properties.schema(), codecs);
    }

    @Bean("workflow.client")
    @ConditionalOnMissingBean
    WorkflowClient workflowClient(WorkflowService service, DefaultListableBeanFactory beanFactory,
            PayloadConverter payloads, FailureConverter failures, WorkflowLists lists,
            ObjectProvider<ClientInterceptor> interceptors, Batches batches) {
        return new EngineWorkflowClient(service, new CallRecorder(beanFactory), payloads, failures, lists,
                interceptors.orderedStream().toList(), batches);
    }

    @Bean("workflow.batches")
    @ConditionalOnMissingBean
    Batches workflowBatches(WorkflowDatabase database, WorkflowProperties properties, PayloadCodecs codecs,
            WorkflowLists lists, EngineClock clock, MachineSettings machineSettings, WorkflowEngine engine) {
        return new Batches(new Batches.Database(database.dataSource(), properties.schema(), codecs), lists, clock,
                machineSettings.interceptors().context(), engine::identity);
    }

    @Bean("workflow.batchLifecycle")
    @DependsOn("workflow.engineLifecycle")
    @ConditionalOnBooleanProperty(name = "workflow.worker.enabled", matchIfMissing = true)
    WorkflowEngineLifecycle workflowBatchLifecycle(Batches batches, WorkflowService service) {
        BatchRunner runner = new BatchRunner(batches, service);
        return new WorkflowEngineLifecycle(runner::start, runner::stop);
    }

}

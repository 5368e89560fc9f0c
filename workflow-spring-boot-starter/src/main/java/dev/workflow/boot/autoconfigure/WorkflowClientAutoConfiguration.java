package dev.workflow.boot.autoconfigure;

import dev.workflow.boot.WorkflowProperties;
import dev.workflow.client.EngineWorkflowClient;
import dev.workflow.client.WorkflowClient;
import dev.workflow.engine.WorkflowService;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.WorkflowLists;
import dev.workflow.worker.CallRecorder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

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
            ObjectProvider<ClientInterceptor> interceptors) {
        return new EngineWorkflowClient(service, new CallRecorder(beanFactory), payloads, failures, lists,
                interceptors.orderedStream().toList());
    }

}

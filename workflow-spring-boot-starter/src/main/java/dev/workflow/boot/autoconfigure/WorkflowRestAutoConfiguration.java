package dev.workflow.boot.autoconfigure;

import dev.workflow.batch.Batches;
import dev.workflow.boot.WorkflowProperties;
import dev.workflow.boot.web.RestSettings;
import dev.workflow.boot.web.WorkflowHandlerMapping;
import dev.workflow.boot.web.WorkflowRest;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.WorkflowLists;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * Auto-configuration of the REST resources, in servlet web applications.
 */
@AutoConfiguration(after = { WorkflowClientAutoConfiguration.class, WorkflowRepositoriesAutoConfiguration.class })
@ConditionalOnWorkflowEnabled
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnBooleanProperty(name = "workflow.rest.enabled", matchIfMissing = true)
public final class WorkflowRestAutoConfiguration {

    @Bean("workflow.rest")
    WorkflowRest workflowRest(WorkflowProperties properties, WorkflowService workflows, TypeRegistry types,
            PayloadConverter payloads, WorkflowLists lists, Batches batches, NodeDirectory directory) {
        return new WorkflowRest(
                new RestSettings(properties.rest().basePath(), properties.rest().allowAnonymous(),
                        Math.toIntExact(properties.payload().maxSize().toBytes())),
                workflows, types, payloads, lists, batches, directory);
    }

    @Bean("workflow.restResources")
    WorkflowHandlerMapping workflowRestResources(WorkflowRest rest) {
        return rest.resources();
    }

    @Bean("workflow.restUnknownPaths")
    WorkflowHandlerMapping workflowRestUnknownPaths(WorkflowRest rest) {
        return rest.unknownPaths();
    }

    @Bean("workflow.restTakenPaths")
    SmartInitializingSingleton workflowRestTakenPaths(WorkflowRest rest,
            ObjectProvider<RequestMappingInfoHandlerMapping> mappings) {
        return () -> rest.warnOfTaken(mappings.stream());
    }

}

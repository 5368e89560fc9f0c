package dev.workflow.boot.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.core.context.SecurityContextHolder;

import dev.workflow.boot.WorkflowProperties;

/**
 * Auto-configuration of ready-made propagators of context, all of them off unless a
 * property turns them on.
 */
@AutoConfiguration(before = WorkflowWorkerAutoConfiguration.class)
@ConditionalOnWorkflowEnabled
public final class WorkflowContextAutoConfiguration {

    @Bean("workflow.mdcContextPropagator")
    @ConditionalOnMissingBean
    @Conditional(OnMdcKeys.class)
    MdcContextPropagator workflowMdcContextPropagator(WorkflowProperties properties) {
        return new MdcContextPropagator(properties.context().mdc());
    }

    /** The property is a list, which has no value of its own. */
    static class OnMdcKeys implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Binder.get(context.getEnvironment())
                .bind("workflow.context.mdc", Bindable.listOf(String.class))
                .map((keys) -> !keys.isEmpty())
                .orElse(false);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityContextHolder.class)
    static class PrincipalConfiguration {

        @Bean("workflow.principalContextPropagator")
        @ConditionalOnMissingBean
        @ConditionalOnBooleanProperty("workflow.context.principal")
        PrincipalContextPropagator workflowPrincipalContextPropagator() {
            return new PrincipalContextPropagator();
        }

    }

}

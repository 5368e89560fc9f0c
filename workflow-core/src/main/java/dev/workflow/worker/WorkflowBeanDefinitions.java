package dev.workflow.worker;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;

/**
 * Takes the workflow beans over, wherever the application's own scan or its {@code @Bean}
 * methods put them: each gets prototype scope, whatever its definition says, and can from
 * then on only be created for a run. Asked for anywhere else, for example by injection
 * into a service, such a bean fails with a sentence. To be declared as a static
 * {@code @Bean}.
 */
public final class WorkflowBeanDefinitions implements BeanFactoryPostProcessor, Ordered {

    private final Map<String, BeanDefinition> originals = new LinkedHashMap<>();

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        for (String beanName : beanFactory.getBeanDefinitionNames()) {
            BeanDefinition definition = beanFactory.getBeanDefinition(beanName);
            if (!definition.isAbstract() && definition instanceof AbstractBeanDefinition workflow
                    && WorkflowAnnotations.isWorkflow(BeanClasses.of(beanFactory, beanName))) {
                takeOver(beanName, workflow);
            }
        }
    }

    /** The definitions as the application made them, by bean name. */
    Map<String, BeanDefinition> originals() {
        return this.originals;
    }

    private void takeOver(String beanName, AbstractBeanDefinition definition) {
        if (ScopedProxyUtils.isScopedTarget(beanName)
                || (definition instanceof RootBeanDefinition root && root.getDecoratedDefinition() != null)) {
            String workflow = ScopedProxyUtils.isScopedTarget(beanName) ? ScopedProxyUtils.getOriginalBeanName(beanName)
                    : beanName;
            throw new InvalidWorkflowTypeException(
                    workflow, "The workflow bean '" + workflow
                            + "' is declared with a scoped proxy, but every run has one " + "instance of its own.",
                    "Remove @Scope from it; @Workflow says all that is needed.");
        }
        definition.setScope(BeanDefinition.SCOPE_PROTOTYPE);
        this.originals.put(beanName, definition.cloneBeanDefinition());
        definition.setInstanceSupplier(() -> {
            throw new InvalidWorkflowTypeException(beanName,
                    "The workflow bean '" + beanName + "' was asked for outside of a run: an instance of it belongs to "
                            + "one run and cannot be injected into other beans.",
                    "Start and call workflows through WorkflowClient, or from another workflow through Workflows.child; "
                            + "remove the workflow from constructors, fields and @Bean parameters.");
        });
    }

}

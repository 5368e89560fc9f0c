package dev.workflow.worker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import dev.workflow.DynamicWorkflow;
import dev.workflow.replay.WorkflowDefinition.Handler;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/** Turns the workflow beans into definitions. */
final class WorkflowBeans {

    private final DefaultListableBeanFactory application;

    private final WorkflowBeanDefinitions definitions;

    private final SpringActivityStubs stubs;

    private final Problems problems;

    WorkflowBeans(DefaultListableBeanFactory application, WorkflowBeanDefinitions definitions,
            SpringActivityStubs stubs, Problems problems) {
        this.application = application;
        this.definitions = definitions;
        this.stubs = stubs;
        this.problems = problems;
    }

    /** All workflow types by name. */
    Map<String, BeanWorkflowDefinition> read(List<String> beanNames) {
        WorkflowBeanFactory workflowFactory = new WorkflowBeanFactory(this.application, this.definitions.originals(),
                new StubbedDependencies(this.stubs));
        WorkflowInstantiation instantiation = new WorkflowInstantiation(workflowFactory);
        WorkflowAdvice advice = new WorkflowAdvice(this.application.getBeanPostProcessors(), this.problems);
        Map<String, BeanWorkflowDefinition> types = new LinkedHashMap<>();
        for (String beanName : beanNames) {
            Class<?> userClass = BeanClasses.of(this.application, beanName);
            if (userClass == null || !WorkflowAnnotations.isWorkflow(userClass)) {
                continue;
            }
            if (!this.definitions.originals().containsKey(beanName)) {
                this.problems.add(beanName,
                        "The bean '" + beanName + "' is a workflow (" + userClass.getName()
                                + "), but its definition does not tell, so that Spring made one instance for all runs.",
                        "Declare the workflow's class, or an interface that carries @Workflow, as the return type of "
                                + "its @Bean method.");
                continue;
            }
            advice.check(beanName, userClass);
            BeanWorkflowDefinition definition = read(beanName, userClass, instantiation);
            if (definition != null) {
                add(definition, types);
            }
        }
        return types;
    }

    private @Nullable BeanWorkflowDefinition read(String beanName, Class<?> userClass,
            WorkflowInstantiation instantiation) {
        UnaryOperator<String> placeholders = Placeholders.of(this.application);
        WorkflowAnnotations annotations;
        WorkflowMethods methods;
        try {
            annotations = WorkflowAnnotations.of(userClass, placeholders);
            methods = new WorkflowMethods(beanName, userClass, annotations.declaringType(), this.problems,
                    placeholders);
        }
        catch (IllegalArgumentException ex) {
            this.problems.add(beanName,
                    "The workflow bean '" + beanName + "' (" + userClass.getName()
                            + ") has an attribute that makes no sense: " + ex.getMessage() + ".",
                    "Correct the attribute, or set the property that it names.");
            return null;
        }
        Handler workflowMethod = methods.workflowMethod();
        Map<String, Handler> signals = methods.handlers(MemberKind.SIGNAL);
        Map<String, Handler> queries = methods.handlers(MemberKind.QUERY);
        Map<String, Handler> updates = methods.handlers(MemberKind.UPDATE);
        Map<String, Handler> validators = methods.validators(updates);
        Handler init = methods.init(workflowMethod);
        if (workflowMethod == null || !this.problems.isEmpty()) {
            return null;
        }
        return new BeanWorkflowDefinition(beanName, annotations.type(), annotations.taskQueue(),
                annotations.versioning(), DynamicWorkflow.class.isAssignableFrom(userClass),
                instantiation.of(beanName, userClass), workflowMethod, init, signals, queries, updates, validators,
                annotations.failOn());
    }

    private void add(BeanWorkflowDefinition definition, Map<String, BeanWorkflowDefinition> types) {
        if (definition.dynamic()) {
            types.values()
                .stream()
                .filter(BeanWorkflowDefinition::dynamic)
                .findFirst()
                .ifPresent((other) -> this.problems.add(
                        definition.beanName(), "There are two dynamic workflows: '" + other.beanName() + "' and '"
                                + definition.beanName() + "'.",
                        "One dynamic workflow runs every type that has no bean; remove the other."));
        }
        BeanWorkflowDefinition other = types.put(definition.type(), definition);
        if (other != null) {
            this.problems.add(definition.beanName(),
                    "The workflow type '" + definition.type() + "' has two beans: '" + other.beanName() + "' and '"
                            + definition.beanName() + "'.",
                    "Give one of them another name in @Workflow, or remove one of the beans.");
        }
    }

}

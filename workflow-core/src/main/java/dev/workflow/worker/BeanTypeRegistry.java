package dev.workflow.worker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

import javax.sql.DataSource;

import dev.workflow.VersioningBehavior;
import dev.workflow.engine.ActivityDefinition;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.replay.WorkflowDefinition;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The workflow and activity types of the application's beans. They are read and checked
 * when all singletons are there, or with the first question before; what is wrong is told
 * in one {@link InvalidWorkflowTypeException}.
 */
public final class BeanTypeRegistry implements TypeRegistry, SmartInitializingSingleton {

    private final DefaultListableBeanFactory beanFactory;

    private final WorkflowBeanDefinitions workflowBeans;

    private final SpringActivityStubs stubs;

    private final Set<String> configuredQueues;

    private final @Nullable DataSource dataSource;

    private final @Nullable PlatformTransactionManager transactionManager;

    private final ReentrantLock lock = new ReentrantLock();

    private volatile @Nullable Types types;

    /**
     * The registry.
     * @param beanFactory the application's
     * @param workflowBeans has taken the workflow beans over
     * @param stubs makes what is injected into workflows in place of activity beans
     * @param configuredQueues task queues to be served beside those of the beans
     * @param dataSource the engine's
     * @param transactionManager the engine's
     */
    public BeanTypeRegistry(DefaultListableBeanFactory beanFactory, WorkflowBeanDefinitions workflowBeans,
            SpringActivityStubs stubs, Set<String> configuredQueues, @Nullable DataSource dataSource,
            @Nullable PlatformTransactionManager transactionManager) {
        this.beanFactory = beanFactory;
        this.workflowBeans = workflowBeans;
        this.stubs = stubs;
        this.configuredQueues = Set.copyOf(configuredQueues);
        this.dataSource = dataSource;
        this.transactionManager = transactionManager;
    }

    @Override
    public void afterSingletonsInstantiated() {
        types();
    }

    @Override
    public @Nullable WorkflowDefinition workflow(String type) {
        return definition(type);
    }

    /**
     * {@inheritDoc} That of the dynamic workflow, if there is one, for types that have no
     * bean.
     */
    @Override
    public @Nullable String taskQueueOf(String workflowType) {
        BeanWorkflowDefinition definition = definition(workflowType);
        return (definition != null) ? definition.taskQueue() : null;
    }

    @Override
    public VersioningBehavior versioningOf(String workflowType) {
        BeanWorkflowDefinition definition = definition(workflowType);
        return (definition != null) ? definition.versioning() : VersioningBehavior.UNSPECIFIED;
    }

    @Override
    public Collection<String> workflowTypes() {
        return Collections.unmodifiableSet(types().workflows().keySet());
    }

    /** The classes of the workflow beans, by their types. */
    public Map<String, Class<?>> workflowClasses() {
        Map<String, Class<?>> classes = new TreeMap<>();
        types().workflows().forEach((type, definition) -> {
            Class<?> userClass = BeanClasses.of(this.beanFactory, definition.beanName());
            if (userClass != null) {
                classes.put(type, userClass);
            }
        });
        return classes;
    }

    /** The classes of the beans of that type, none of which is created for it. */
    public Collection<Class<?>> beanClasses(Class<?> type) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (String name : this.beanFactory.getBeanNamesForType(type, true, false)) {
            Class<?> userClass = BeanClasses.of(this.beanFactory, name);
            if (userClass != null) {
                classes.add(userClass);
            }
        }
        return classes;
    }

    @Override
    public @Nullable ActivityDefinition activity(String type) {
        Types current = types();
        ActivityDefinition definition = current.activities().get(type);
        return (definition != null || current.dynamicActivity() == null) ? definition
                : ActivityBeans.dynamic(this.beanFactory, current.dynamicActivity(), type);
    }

    @Override
    public Collection<String> activityTypes() {
        return Collections.unmodifiableSet(types().activities().keySet());
    }

    @Override
    public @Nullable String queueOfUnknownWorkflows() {
        BeanWorkflowDefinition dynamic = types().dynamicWorkflow();
        return (dynamic != null) ? dynamic.taskQueue() : null;
    }

    @Override
    public boolean runsUnknownActivities() {
        return types().dynamicActivity() != null;
    }

    @Override
    public Collection<String> taskQueues() {
        return types().taskQueues();
    }

    private @Nullable BeanWorkflowDefinition definition(String type) {
        Types current = types();
        BeanWorkflowDefinition definition = current.workflows().get(type);
        return (definition != null) ? definition : current.dynamicWorkflow();
    }

    private Types types() {
        Types current = this.types;
        if (current != null) {
            return current;
        }
        this.lock.lock();
        try {
            current = (this.types != null) ? this.types : read();
            this.types = current;
            return current;
        }
        finally {
            this.lock.unlock();
        }
    }

    private Types read() {
        Problems problems = new Problems();
        List<String> beanNames = beanNames();
        ActivityBeans activities = new ActivityBeans(this.beanFactory, this.stubs.types(),
                new TransactionalActivities(this.beanFactory, this.dataSource, this.transactionManager), problems);
        activities.read(beanNames);
        Map<String, BeanWorkflowDefinition> workflows = new WorkflowBeans(this.beanFactory, this.workflowBeans,
                this.stubs, problems)
            .read(beanNames);
        problems.throwIfAny();
        Set<String> taskQueues = new TreeSet<>(this.configuredQueues);
        taskQueues.addAll(activities.taskQueues());
        workflows.values().forEach((workflow) -> taskQueues.add(workflow.taskQueue()));
        return new Types(new TreeMap<>(workflows), new TreeMap<>(activities.definitions()), activities.dynamic(),
                Collections.unmodifiableSet(taskQueues));
    }

    /**
     * Names of definitions and of singletons that have none, without the abstract ones;
     * nothing is created.
     */
    private List<String> beanNames() {
        Set<String> names = new LinkedHashSet<>();
        for (String name : this.beanFactory.getBeanDefinitionNames()) {
            BeanDefinition definition = this.beanFactory.getBeanDefinition(name);
            if (!definition.isAbstract()) {
                names.add(name);
            }
        }
        names.addAll(List.of(this.beanFactory.getSingletonNames()));
        return new ArrayList<>(names);
    }

    private record Types(Map<String, BeanWorkflowDefinition> workflows, Map<String, ActivityDefinition> activities,
            @Nullable String dynamicActivity, Set<String> taskQueues) {

        @Nullable BeanWorkflowDefinition dynamicWorkflow() {
            return this.workflows.values().stream().filter(BeanWorkflowDefinition::dynamic).findFirst().orElse(null);
        }

    }

}

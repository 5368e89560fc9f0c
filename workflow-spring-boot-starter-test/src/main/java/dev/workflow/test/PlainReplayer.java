package dev.workflow.test;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionFailed;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.interceptor.Interceptors;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.MachineSettings;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowMachine;
import dev.workflow.replay.WorkflowTaskFailedException;
import dev.workflow.worker.BeanTypeRegistry;
import dev.workflow.worker.SpringActivityStubs;
import dev.workflow.worker.WorkflowBeanDefinitions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.TypeConverter;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/** Replays with the machine that the engine itself uses, and nothing around it. */
final class PlainReplayer implements Replayer {

    /** For histories that do not say it themselves; the default of the property. */
    private static final int WARN_EVENTS = 10_000;

    private final TypeRegistry types;

    private final MachineSettings settings;

    /** Where the application's setting is not known: those by which bugs fail runs. */
    private final @Nullable MachineSettings failing;

    PlainReplayer(TypeRegistry types, MachineSettings settings) {
        this(types, settings, null);
    }

    private PlainReplayer(TypeRegistry types, MachineSettings settings, @Nullable MachineSettings failing) {
        this.types = types;
        this.settings = settings;
        this.failing = failing;
    }

    static PlainReplayer of(Collection<Class<?>> classes, Object... beans) {
        WorkflowBeanDefinitions definitions = new WorkflowBeanDefinitions();
        Beans factory = new Beans();
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(factory);
        context.addBeanFactoryPostProcessor(definitions);
        for (Class<?> type : classes) {
            if (isActivity(type)) {
                factory.registerSingleton(type.getName(), factory.stub(type));
            }
            else {
                context.register(type);
            }
        }
        for (Object bean : beans) {
            factory.registerSingleton(bean.getClass().getName(), bean);
        }
        try {
            context.refresh();
            BeanTypeRegistry types = new BeanTypeRegistry(factory, definitions, factory.stubs, Set.of(), null, null);
            types.afterSingletonsInstantiated();
            return new PlainReplayer(types, settings(factory, false), settings(factory, true));
        }
        catch (BeansException ex) {
            throw new IllegalArgumentException("There is no replayer of " + classes + ": " + ex.getMessage()
                    + ". Give Replayer.of what the workflows are injected with beside activities, or take the Replayer "
                    + "of a @WorkflowTest.", ex);
        }
    }

    private static MachineSettings settings(Beans beans, boolean failRuns) {
        PayloadConverter payloads = beans.getBeanProvider(PayloadConverter.class)
            .getIfAvailable(JacksonPayloadConverter::new);
        FailureConverter failures = beans.getBeanProvider(FailureConverter.class)
            .getIfAvailable(() -> new JacksonFailureConverter(payloads));
        Interceptors interceptors = new Interceptors(
                beans.getBeanProvider(WorkflowInterceptor.class).orderedStream().toList(), List.of(),
                new ContextPropagation(beans.getBeanProvider(ContextPropagator.class).orderedStream().toList()));
        return new MachineSettings(payloads, failures, beans.stubs,
                ActivityOptions.defaults().startToCloseTimeout(Duration.ofMinutes(1)), failRuns, WARN_EVENTS,
                interceptors);
    }

    private static boolean isActivity(Class<?> type) {
        return MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).isPresent(Activity.class);
    }

    @Override
    public void replay(List<? extends HistoryEvent> history) {
        WorkflowDefinition definition = definition(history);
        try {
            replay(definition, history, this.settings);
        }
        catch (WorkflowTaskFailedException ex) {
            if (this.failing == null || !isFailureOf(history.getLast(), ex)) {
                throw ex;
            }
            replay(definition, history, this.failing);
        }
    }

    private static void replay(WorkflowDefinition definition, List<? extends HistoryEvent> history,
            MachineSettings settings) {
        try (WorkflowMachine machine = new WorkflowMachine(definition, settings)) {
            machine.replay(history.iterator());
        }
    }

    /** Whether the run failed by the same bug that now fails its workflow task. */
    private static boolean isFailureOf(HistoryEvent last, WorkflowTaskFailedException thrown) {
        Throwable bug = thrown.getCause();
        return last instanceof WorkflowExecutionFailed failed && bug != null
                && bug.getClass().getName().equals(failed.failure().type());
    }

    private WorkflowDefinition definition(List<? extends HistoryEvent> history) {
        if (history.isEmpty() || !(history.get(0) instanceof WorkflowExecutionStarted started)) {
            throw new IllegalArgumentException("A history begins with WorkflowExecutionStarted, but this one "
                    + (history.isEmpty() ? "is empty" : "with " + history.get(0).eventType()));
        }
        WorkflowDefinition definition = this.types.workflow(started.workflowType());
        if (definition == null) {
            throw new IllegalArgumentException(
                    "No workflow type '" + started.workflowType() + "' here, only " + this.types.workflowTypes());
        }
        return definition;
    }

    /** Nothing is kept between two replays. */
    @Override
    public void evictAll() {
    }

    /** Has a stub for every activity that a workflow asks for. */
    private static final class Beans extends DefaultListableBeanFactory {

        private final SpringActivityStubs stubs = new SpringActivityStubs(this);

        Object stub(Class<?> type) {
            return this.stubs.stub(type, ActivityOptions.defaults());
        }

        @Override
        public @Nullable Object resolveDependency(DependencyDescriptor descriptor, @Nullable String requestingBeanName,
                @Nullable Set<String> autowiredBeanNames, @Nullable TypeConverter typeConverter) {
            Class<?> type = descriptor.getDependencyType();
            return (isActivity(type) && getBeanNamesForType(type).length == 0) ? stub(type)
                    : super.resolveDependency(descriptor, requestingBeanName, autowiredBeanNames, typeConverter);
        }

    }

}

package dev.workflow.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import dev.workflow.ActivityOptions;
import dev.workflow.LocalActivityOptions;
import dev.workflow.RetryOptions;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowContext.RecordedCall;
import dev.workflow.replay.ActivityStubs;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.GenericTypeResolver;

/**
 * Makes stubs from the annotations of classes, interfaces and beans. Safe for use by
 * several threads.
 */
public final class SpringActivityStubs implements ActivityStubs {

    private final CallProxies proxies = new CallProxies();

    private final ActivityTypes types;

    private final CallRecorder recorder;

    /** A stub without options of its own for each bean class. */
    private final ClassValue<Object> beanStubs = new ClassValue<>() {

        @Override
        protected Object computeValue(Class<?> type) {
            return create(SpringActivityStubs.this.types.of(type), ActivityOptions.defaults(), false);
        }

    };

    /**
     * Makes stubs.
     * @param beanFactory resolves the placeholders in annotations
     */
    public SpringActivityStubs(ConfigurableBeanFactory beanFactory) {
        this.types = new ActivityTypes(Placeholders.of(beanFactory));
        this.recorder = new CallRecorder(beanFactory);
    }

    @Override
    public <A> A stub(Class<A> type, ActivityOptions options) {
        return stub(type, options, false);
    }

    @Override
    public <A> A localStub(Class<A> type, LocalActivityOptions options) {
        return stub(type, asActivity(options), true);
    }

    private <A> A stub(Class<A> type, ActivityOptions options, boolean local) {
        ActivityType activities = this.types.of(type);
        String obstacle = Proxyability.obstacle(type, activities.calls().stream().map(ActivityCall::method).toList());
        if (obstacle != null) {
            throw new IllegalArgumentException("Activities of " + type.getName() + " cannot be called, because it "
                    + obstacle + ". Make it neither final nor private, or call it through an interface.");
        }
        return type.cast(create(activities, options, local));
    }

    private static ActivityOptions asActivity(LocalActivityOptions local) {
        ActivityOptions options = ActivityOptions.defaults();
        Duration startToClose = local.startToCloseTimeout();
        options = (startToClose != null) ? options.startToCloseTimeout(startToClose) : options;
        Duration scheduleToClose = local.scheduleToCloseTimeout();
        options = (scheduleToClose != null) ? options.scheduleToCloseTimeout(scheduleToClose) : options;
        RetryOptions retry = local.retry();
        return (retry != null) ? options.retry(retry) : options;
    }

    @Override
    public <A> A withOptions(A activityBean, ActivityOptions options) {
        boolean local = CallProxies.handlerOf(activityBean) instanceof StubCalls stub && stub.local();
        return again(activityBean, options, local);
    }

    @Override
    public <A> A localStub(A activityBean, LocalActivityOptions options) {
        return again(activityBean, asActivity(options), true);
    }

    @SuppressWarnings("unchecked")
    private <A> A again(A activityBean, ActivityOptions options, boolean local) {
        if (CallProxies.handlerOf(activityBean) instanceof StubCalls stub) {
            return (A) create(stub.type(), options.orElse(stub.options()), local);
        }
        Class<?> userClass = BeanClasses.of(activityBean);
        if (!ActivityTypes.isActivity(userClass)) {
            throw new IllegalArgumentException(
                    "Expected an injected @Activity bean or an activity stub, given a " + userClass.getName() + ".");
        }
        return (A) create(this.types.of(userClass), options, local);
    }

    /**
     * {@inheritDoc}
     * @throws IllegalArgumentException when the lambda makes not exactly one call of a
     * workflow or signal method
     */
    @Override
    public <W> RecordedCall record(Class<W> workflowClass, VoidCall<W> call) {
        return recordedCall(workflowClass, this.recorder.record(workflowClass, call));
    }

    @Override
    public <W> W workflow(Class<W> workflowClass, Function<RecordedCall, @Nullable Object> onCall) {
        return this.recorder.stub(workflowClass, (recorded) -> onCall.apply(recordedCall(workflowClass, recorded)));
    }

    private RecordedCall recordedCall(Class<?> workflowClass, Recorded recorded) {
        if (recorded.kind() != MemberKind.WORKFLOW && recorded.kind() != MemberKind.SIGNAL) {
            throw new IllegalArgumentException("Workflow code can call the @WorkflowMethod or a @SignalMethod of "
                    + workflowClass.getName() + ", but " + recorded.method().getName() + " is a "
                    + recorded.kind().annotationName() + ".");
        }
        Type result = GenericTypeResolver.resolveType(recorded.method().getGenericReturnType(), workflowClass);
        return new RecordedCall(recorded.workflowType(), recorded.name(), recorded.arguments(),
                recorded.kind() == MemberKind.SIGNAL, this.recorder.declaredTaskQueue(workflowClass), result);
    }

    /** The activities of a class, with what its annotations say. */
    ActivityTypes types() {
        return this.types;
    }

    /** The stub to be injected instead of this bean; null when it is no activity. */
    @Nullable Object insteadOf(Object bean) {
        if (CallProxies.handlerOf(bean) instanceof StubCalls) {
            return bean;
        }
        Class<?> userClass = BeanClasses.of(bean);
        return ActivityTypes.isActivity(userClass) ? this.beanStubs.get(userClass) : null;
    }

    private Object create(ActivityType type, ActivityOptions options, boolean local) {
        InvocationHandler calls = new StubCalls(type, options, local);
        List<Class<?>> interfaces = type.interfacesInstead();
        return interfaces.isEmpty() ? this.proxies.create(type.userClass(), calls) : this.proxies
            .ofInterfaces(type.userClass().getClassLoader(), calls, interfaces.toArray(Class<?>[]::new));
    }

}

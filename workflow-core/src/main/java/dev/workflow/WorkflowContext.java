package dev.workflow;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The run that the current thread belongs to. This is the port between the static face of
 * workflow code ({@link Workflows}, {@link Promise}, {@link CancellationScope}) and the
 * engine that implements it; application code has no use for it.
 */
public interface WorkflowContext {

    /**
     * The run of the current thread.
     * @throws IllegalStateException on any thread that is no workflow thread; the message
     * says so
     */
    static WorkflowContext current() {
        return WorkflowThreadBinding.required();
    }

    /** Whether the current thread is a workflow thread. */
    static boolean isPresent() {
        return WorkflowThreadBinding.context() != null;
    }

    /**
     * Runs something as part of the given run; for the engine, which starts each workflow
     * thread with it.
     */
    static void runAs(WorkflowContext context, Runnable body) {
        WorkflowThreadBinding.runAs(context, body);
    }

    Promise<Void> timer(Duration duration);

    void sleep(Duration duration);

    Instant now();

    void await(BooleanSupplier condition);

    boolean await(Duration timeout, BooleanSupplier condition);

    /**
     * As {@link #await(BooleanSupplier)}, but who need not wait is not canceled either.
     */
    void awaitAvailable(BooleanSupplier condition);

    /** The same, at most so long. */
    boolean awaitAvailable(Duration timeout, BooleanSupplier condition);

    <T> Promise<T> async(Callable<T> function);

    <T> CompletablePromise<T> promise();

    Promise<Void> allOf(List<Promise<?>> promises);

    <T> Promise<List<T>> allOf(Collection<Promise<T>> promises);

    <T> Promise<T> anyOf(Collection<? extends Promise<? extends T>> promises);

    UUID randomUUID();

    RandomGenerator random();

    <T> T sideEffect(Type type, Supplier<? extends T> supplier);

    <T> T mutableSideEffect(String id, Type type, BiPredicate<T, T> changed, Supplier<? extends T> supplier);

    int version(String changeId, int minSupported, int maxSupported);

    void deprecatePatch(String id);

    boolean isReplaying();

    Logger logger(Class<?> type);

    /**
     * Orders an activity; {@code options} lack only the defaults that the engine knows.
     */
    <R> Promise<R> activity(String activityType, Type resultType, ActivityOptions options,
            @Nullable Object... arguments);

    <R> Promise<R> localActivity(String activityType, Type resultType, ActivityOptions options,
            @Nullable Object... arguments);

    /** A stub of an activity type or bean whose calls are local. */
    <A> A localActivities(Class<A> type, LocalActivityOptions options);

    <A> A localActivities(A activityBean, LocalActivityOptions options);

    /** A stub of an activity type or bean with other options. */
    <A> A activities(Class<A> type, ActivityOptions options);

    <A> A withOptions(A activityBean, ActivityOptions options);

    /** A stub whose workflow method starts a child and waits for its result. */
    <W> W child(Class<W> type, ChildOptions options);

    /** Starts the child that the call describes. */
    <W, R> ChildHandle<W, R> startChild(Class<W> type, VoidCall<W> call, ChildOptions options);

    /** Starts a child by the name of its type. */
    <R> ChildHandle<Object, R> startChild(String workflowType, Type resultType, ChildOptions options,
            @Nullable Object... arguments);

    /** Another workflow; without its class only by names. */
    <W> ExternalWorkflow<W> external(@Nullable Class<W> type, String workflowId);

    CancellationScope newScope(boolean detached);

    CancellationScope currentScope();

    WorkflowInfo info();

    /** Ends the run with an {@link Error} that the engine catches. */
    <R> R continueAsNew(@Nullable String workflowType, ContinueAsNewOptions options, @Nullable Object... arguments);

    /**
     * The calls that a lambda makes on a workflow class, recorded: the type's name and
     * the arguments.
     */
    <W> RecordedCall record(Class<W> workflowClass, VoidCall<W> call);

    <T> Optional<T> lastCompletionResult(Type type);

    Optional<RuntimeException> previousFailure();

    void upsertSearchAttributes(Map<String, ?> attributes);

    void upsertMemo(Map<String, ?> memo);

    void currentDetails(String markdown);

    void onSignal(String name, Consumer<Arguments> handler);

    void onQuery(String name, Function<Arguments, ?> handler);

    void onUpdate(String name, Function<Arguments, ?> handler, @Nullable Consumer<Arguments> validator);

    void onAnySignal(BiConsumer<String, Arguments> handler);

    void onAnyQuery(BiFunction<String, Arguments, ?> handler);

    void onAnyUpdate(BiFunction<String, Arguments, ?> handler, @Nullable BiConsumer<String, Arguments> validator);

    /** The values of the run; for {@link WorkflowLocal}. */
    Locals locals();

    /**
     * The values of the current thread, which are those of no other thread, not even of
     * one that it starts; for {@link WorkflowThreadLocal}.
     */
    Locals threadLocals();

    boolean allHandlersFinished();

    /**
     * Whether this is a failure of what was tried, in the eyes of this workflow, and not
     * a bug in the code that tries.
     */
    boolean isFailure(Throwable thrown);

    /** The values of variables that are the run's or a thread's own. */
    interface Locals {

        /**
         * The value of the variable, or else the initial one.
         * @param keep whether the initial one becomes the value
         */
        <T extends @Nullable Object> T get(Object variable, Supplier<? extends T> initial, boolean keep);

        void set(Object variable, @Nullable Object value);

        void remove(Object variable);

    }

    /**
     * A call that was recorded instead of made.
     *
     * @param workflowType the type's name
     * @param method the name of the method, or of the signal
     * @param arguments what it was called with
     * @param signal whether it is a signal; else it is the workflow method
     * @param taskQueue the queue that the class declares, or null
     * @param resultType the generic type that the method returns
     */
    record RecordedCall(String workflowType, String method, @Nullable Object[] arguments, boolean signal,
            @Nullable String taskQueue, Type resultType) {
    }

}

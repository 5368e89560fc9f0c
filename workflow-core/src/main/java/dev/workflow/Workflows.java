package dev.workflow;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
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

import dev.workflow.failure.WorkflowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.core.ParameterizedTypeReference;

/**
 * What workflow code can do: wait, run things side by side, call activities, decide
 * reproducibly and ask about its own run. Every method works only on a workflow thread,
 * that is in the methods of a workflow and in what they start with {@link #async};
 * anywhere else it throws {@link IllegalStateException}.
 * <p>
 * Workflow code is executed again from its history whenever a run is loaded into memory.
 * So it takes time, randomness and everything from outside through this class or through
 * activities, and keeps its own state in fields and locals.
 */
public final class Workflows {

    /**
     * What {@link #version} returns for code that ran before the change was introduced.
     */
    public static final int DEFAULT_VERSION = -1;

    private Workflows() {
    }

    // Time

    /**
     * Waits, durably: the run may leave memory meanwhile.
     * @param duration how long; zero returns at once, and more than 1,000 years are taken
     * for so many
     * @throws IllegalArgumentException for a negative duration
     * @throws dev.workflow.failure.CanceledFailure when the current scope is or becomes
     * canceled
     */
    public static void sleep(Duration duration) {
        context().sleep(duration);
    }

    /**
     * Starts a timer. It is canceled with the current scope; its promise then fails with
     * a {@code CanceledFailure}.
     * @param duration how long; with zero the promise is complete at once
     * @throws IllegalArgumentException for a negative duration
     */
    public static Promise<Void> timer(Duration duration) {
        return context().timer(duration);
    }

    /**
     * The time of the event that the code advances after; it stands still while code runs
     * and never goes back.
     */
    public static Instant now() {
        return context().now();
    }

    // Waiting

    /**
     * Waits until the condition is true. It is evaluated again after anything happened in
     * the run; it must only read.
     * @throws dev.workflow.failure.CanceledFailure when the current scope is or becomes
     * canceled
     */
    public static void await(BooleanSupplier condition) {
        context().await(condition);
    }

    /**
     * Waits until the condition is true or the time is over. Starts no timer when the
     * condition is true already.
     * @param timeout how long at most; zero only looks
     * @return whether the condition is true
     * @throws dev.workflow.failure.CanceledFailure when the current scope is or becomes
     * canceled
     */
    public static boolean await(Duration timeout, BooleanSupplier condition) {
        return context().await(timeout, condition);
    }

    // Concurrency

    /**
     * Runs a function on another workflow thread. Only one thread of a run advances at a
     * time, until it blocks, so fields need no locks. The new thread belongs to the
     * current scope.
     * @return its result, or the {@code WorkflowException} that it threw, or what it
     * threw of a type in {@link Workflow#failOn()}, a checked one as an
     * {@code ApplicationFailure}; any other exception fails the workflow task
     */
    public static <T> Promise<T> async(Callable<T> function) {
        return context().async(function);
    }

    /** As {@link #async(Callable)}, for something without result. */
    public static Promise<Void> async(Action action) {
        return context().async(asCallable(action));
    }

    /** A promise that the code itself completes. */
    public static <T> CompletablePromise<T> promise() {
        return context().promise();
    }

    // Determinism

    /** A random UUID that is the same in every replay. */
    public static UUID randomUUID() {
        return context().randomUUID();
    }

    /** Random numbers that are the same in every replay; not for secrets. */
    public static RandomGenerator random() {
        return context().random();
    }

    /**
     * Asks the supplier once and records its answer, which every replay receives. For
     * short, local calls that cannot fail; everything else is an activity. Where it
     * throws nevertheless, nothing is recorded and the code does not see it: the workflow
     * task fails and is tried again.
     * @return the answer as decoded from what was recorded
     */
    public static <T> T sideEffect(Class<T> type, Supplier<? extends T> supplier) {
        return context().sideEffect(type, supplier);
    }

    /** As {@link #sideEffect(Class, Supplier)}, for a generic type. */
    public static <T> T sideEffect(ParameterizedTypeReference<T> type, Supplier<? extends T> supplier) {
        return context().sideEffect(type.getType(), supplier);
    }

    /**
     * As {@link #sideEffect(Class, Supplier)} for a value that is asked again and again,
     * such as a configuration: it is recorded only when it has changed.
     * @param id names the value in this run
     * @param changed given the last recorded value and the new one, whether to record the
     * new one
     */
    public static <T> T mutableSideEffect(String id, Class<T> type, BiPredicate<T, T> changed,
            Supplier<? extends T> supplier) {
        return context().mutableSideEffect(id, type, changed, supplier);
    }

    /**
     * Lets runs that began under older code go on under this one. The first call with a
     * change id records {@code maxSupported}; later calls and replays receive the
     * recorded version.
     * @param changeId names the change in this workflow type
     * @param minSupported the oldest version that this code can still run,
     * {@link #DEFAULT_VERSION} for code that had no such call
     * @param maxSupported the version of this code
     * @return the version to run
     */
    public static int version(String changeId, int minSupported, int maxSupported) {
        return context().version(changeId, minSupported, maxSupported);
    }

    /**
     * Whether to run the new code of a change: true in runs that come here first under
     * the new code.
     */
    public static boolean patched(String id) {
        return context().version(id, DEFAULT_VERSION, 1) == 1;
    }

    /**
     * Takes the place of {@link #patched(String)} once no open run predates the patch and
     * its old code is gone. Runs under the patch go on, and what new runs record does not
     * bind their later replays: when no run is open that called {@code patched}, this
     * call, too, can go.
     */
    public static void deprecatePatch(String id) {
        context().deprecatePatch(id);
    }

    /**
     * Whether the code is being executed again over what has happened already. Only for
     * logs and metrics.
     */
    public static boolean isReplaying() {
        return context().isReplaying();
    }

    /** A logger that is silent during replay. */
    public static Logger logger(Class<?> type) {
        return context().logger(type);
    }

    // Calls

    /** A stub of activities, also of ones in other applications, with these options. */
    public static <A> A activities(Class<A> type, ActivityOptions options) {
        return context().activities(type, options);
    }

    /** The same injected activity bean with other options. */
    public static <A> A withOptions(A activityBean, ActivityOptions options) {
        return context().withOptions(activityBean, options);
    }

    /**
     * Activities of this class or interface that are carried out in the process of the
     * workflow, without a task of their own: for calls of milliseconds. They happen at
     * least once, transactional ones too; until they end, nothing is stored of them. Must
     * be in the same application as the workflow.
     */
    public static <A> A localActivities(Class<A> type, LocalActivityOptions options) {
        return context().localActivities(type, options);
    }

    /** The same injected activity bean, its calls local. */
    public static <A> A localActivities(A activityBean, LocalActivityOptions options) {
        return context().localActivities(activityBean, options);
    }

    /** Calls an activity by the name of its type and waits for its result. */
    public static <R> R activity(String name, Class<R> result, ActivityOptions options, @Nullable Object... args) {
        return context().<R>activity(name, result, options, args).get();
    }

    /**
     * Calls an activity by the name of its type and waits for its result, of a generic
     * type.
     */
    public static <R> R activity(String name, ParameterizedTypeReference<R> result, ActivityOptions options,
            @Nullable Object... args) {
        Type type = result.getType();
        return context().<R>activity(name, type, options, args).get();
    }

    /**
     * A stub of a child workflow: the call of its workflow method starts the child, in
     * the same transaction as the rest of this step, and waits for its result. One stub
     * starts one child; once that has been started (with {@link #async} around the call),
     * calls of signal methods signal it. The child may live in another application: its
     * interface is enough.
     * @throws dev.workflow.failure.ChildWorkflowFailure out of the call, when the child
     * cannot be started, as with an id that is in use, or does not complete; the cause
     * says why
     */
    public static <W> W child(Class<W> type, ChildOptions options) {
        return context().child(type, options);
    }

    /**
     * Starts a child workflow by the name of its type and waits for its result.
     * @throws dev.workflow.failure.ChildWorkflowFailure as for
     * {@link #child(Class, ChildOptions)}
     */
    public static <R> R child(String type, Class<R> result, ChildOptions options, @Nullable Object... args) {
        return context().<R>startChild(type, result, options, args).result().get();
    }

    /** As {@link #child(String, Class, ChildOptions, Object...)}, for a generic type. */
    public static <R> R child(String type, ParameterizedTypeReference<R> result, ChildOptions options,
            @Nullable Object... args) {
        return context().<R>startChild(type, result.getType(), options, args).result().get();
    }

    /**
     * Starts a child workflow and goes on. What becomes of it is in the handle's
     * promises. When this run ends first, {@link ChildOptions#parentClosePolicy} decides.
     */
    public static <W, R> ChildHandle<W, R> startChild(Class<W> type, Call<W, R> call, ChildOptions options) {
        return context().startChild(type, call, options);
    }

    /**
     * As {@link #startChild(Class, Call, ChildOptions)}, for a workflow without result.
     */
    public static <W> ChildHandle<W, Void> startChild(Class<W> type, VoidCall<W> call, ChildOptions options) {
        return context().startChild(type, call, options);
    }

    /** As {@link #startChild(Class, Call, ChildOptions)}, by the name of its type. */
    public static <R> ChildHandle<Object, R> startChild(String type, Class<R> result, ChildOptions options,
            @Nullable Object... args) {
        return context().startChild(type, result, options, args);
    }

    /**
     * As {@link #startChild(String, Class, ChildOptions, Object...)}, for a generic type.
     */
    public static <R> ChildHandle<Object, R> startChild(String type, ParameterizedTypeReference<R> result,
            ChildOptions options, @Nullable Object... args) {
        return context().startChild(type, result.getType(), options, args);
    }

    /**
     * Another workflow, by its id: signals and cancellations go to its open run, whoever
     * started it.
     */
    public static ExternalWorkflow<Object> external(String workflowId) {
        return context().external(null, workflowId);
    }

    /** As {@link #external(String)}, with typed signals. */
    public static <W> ExternalWorkflow<W> external(Class<W> type, String workflowId) {
        return context().external(type, workflowId);
    }

    // Scope

    /**
     * Runs the action at once, on the calling thread, in a new scope that is canceled
     * with the current one.
     */
    public static CancellationScope cancellationScope(Action action) {
        CancellationScope scope = context().newScope(false);
        scope.run(action);
        return scope;
    }

    /** As {@link #cancellationScope(Action)}; the action is given the scope. */
    public static CancellationScope cancellationScope(Consumer<CancellationScope> action) {
        CancellationScope scope = context().newScope(false);
        scope.run(() -> action.accept(scope));
        return scope;
    }

    /**
     * A new, empty scope, to run something in later; it is canceled with the current one.
     */
    public static CancellationScope cancellationScope() {
        return context().newScope(false);
    }

    /**
     * Runs the action at once, on the calling thread, untouched by any cancellation: for
     * cleaning up.
     */
    public static void detachedScope(Action action) {
        context().newScope(true).run(action);
    }

    // Self

    /** The run: its ids, type, attributes and history so far. */
    public static WorkflowInfo info() {
        return context().info();
    }

    /**
     * Ends this run and goes on, with an empty history, in a new one of the same type
     * with these arguments. Never returns: it throws an {@link Error} that only the
     * engine should catch.
     */
    public static <R> R continueAsNew(@Nullable Object... args) {
        return context().continueAsNew(null, ContinueAsNewOptions.defaults(), args);
    }

    /** As {@link #continueAsNew(Object...)}, with options. */
    public static <R> R continueAsNew(ContinueAsNewOptions options, @Nullable Object... args) {
        return context().continueAsNew(null, options, args);
    }

    /**
     * As {@link #continueAsNew(Object...)}, as another type or with checked arguments.
     */
    public static <W, R> R continueAsNew(Class<W> type, Call<W, R> call) {
        return continueAs(type, call);
    }

    /** As {@link #continueAsNew(Class, Call)}, for a workflow without result. */
    public static <W> void continueAsNew(Class<W> type, VoidCall<W> call) {
        continueAs(type, call);
    }

    /**
     * The result of the last run that completed, of a recurring workflow: one with a cron
     * expression, or that a schedule starts (but not side by side with others). Empty in
     * the first run, and where that result is null.
     */
    public static <T> Optional<T> lastCompletionResult(Class<T> type) {
        return context().lastCompletionResult(type);
    }

    /**
     * How the run before failed, or that it timed out, in a run that tries the workflow
     * again or that recurs, by a cron expression or a schedule; empty where it did not.
     */
    public static Optional<RuntimeException> previousFailure() {
        return context().previousFailure();
    }

    /**
     * Adds or changes search attributes; null removes one. Strings become keywords,
     * integral numbers ints, {@link Instant} a date and time, collections lists of
     * keywords.
     * @throws IllegalArgumentException for a value of another type, or the name of a
     * field that queries know
     */
    public static void upsertSearchAttributes(Map<String, ?> attributes) {
        context().upsertSearchAttributes(attributes);
    }

    /** Adds or changes entries of the memo; null removes one. */
    public static void upsertMemo(Map<String, ?> memo) {
        context().upsertMemo(memo);
    }

    /**
     * Says for people what the run is doing, in Markdown; the query
     * {@code __current_details} answers with it, and the description that REST gives
     * shows it while the run is in the memory of the process that is asked. Not recorded:
     * a replay says it again.
     * @param markdown the text; empty for nothing
     */
    public static void currentDetails(String markdown) {
        context().currentDetails(markdown);
    }

    /**
     * Handles a signal from now on; those of this name that came before are delivered
     * now, in order.
     */
    public static void onSignal(String name, Consumer<Arguments> handler) {
        context().onSignal(name, handler);
    }

    /** Answers a query from now on. The handler must only read. */
    public static void onQuery(String name, Function<Arguments, ?> handler) {
        context().onQuery(name, handler);
    }

    /** Handles an update from now on. */
    public static void onUpdate(String name, Function<Arguments, ?> handler) {
        context().onUpdate(name, handler, null);
    }

    /**
     * Handles an update from now on that a validator has let pass. What the validator
     * throws is told to who asked, and leaves nothing in the history; it must only read.
     */
    public static void onUpdate(String name, Function<Arguments, ?> handler, Consumer<Arguments> validator) {
        context().onUpdate(name, handler, validator);
    }

    /**
     * Handles, from now on, the signals that have no handler of their own, given their
     * name; those that came before are delivered now, in order. Register handlers with a
     * name first, so that what waits for them is left to them.
     */
    public static void onAnySignal(BiConsumer<String, Arguments> handler) {
        context().onAnySignal(handler);
    }

    /**
     * Answers, from now on, the queries that have no handler of their own, given their
     * name. The handler must only read.
     */
    public static void onAnyQuery(BiFunction<String, Arguments, ?> handler) {
        context().onAnyQuery(handler);
    }

    /**
     * Handles, from now on, the updates that have no handler of their own, given their
     * name.
     */
    public static void onAnyUpdate(BiFunction<String, Arguments, ?> handler) {
        context().onAnyUpdate(handler, null);
    }

    /**
     * As {@link #onAnyUpdate(BiFunction)}, for updates that a validator has let pass.
     * What the validator throws is told to who asked, and leaves nothing in the history;
     * it must only read.
     */
    public static void onAnyUpdate(BiFunction<String, Arguments, ?> handler, BiConsumer<String, Arguments> validator) {
        context().onAnyUpdate(handler, validator);
    }

    /**
     * Whether no signal or update handler is under way; wait for it before ending a run
     * that has blocking handlers.
     */
    public static boolean allHandlersFinished() {
        return context().allHandlersFinished();
    }

    private static <W, R> R continueAs(Class<W> type, VoidCall<W> call) {
        WorkflowContext.RecordedCall recorded = context().record(type, call);
        if (recorded.signal()) {
            throw new IllegalArgumentException("A workflow continues as new with a call of its @WorkflowMethod; "
                    + recorded.method() + " of " + type.getName() + " is a signal");
        }
        return context().continueAsNew(recorded.workflowType(), ContinueAsNewOptions.defaults(), recorded.arguments());
    }

    // A void function is a function of null, which the type Void cannot say without this.
    @SuppressWarnings("NullAway")
    private static Callable<Void> asCallable(Action action) {
        return () -> {
            action.run();
            return null;
        };
    }

    private static WorkflowContext context() {
        return WorkflowContext.current();
    }

}

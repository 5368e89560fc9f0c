package dev.workflow.replay;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.CancellationScope;
import dev.workflow.ChildHandle;
import dev.workflow.ChildOptions;
import dev.workflow.CompletablePromise;
import dev.workflow.Constraints;
import dev.workflow.ContinueAsNewOptions;
import dev.workflow.ExternalWorkflow;
import dev.workflow.LocalActivityOptions;
import dev.workflow.Promise;
import dev.workflow.VersioningBehavior;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowContext;
import dev.workflow.WorkflowExecution;
import dev.workflow.WorkflowInfo;
import dev.workflow.history.ParentExecution;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The run as its code meets it. Each method checks that it is called where it may be and
 * delegates.
 */
final class RunContext implements WorkflowContext {

    private final Run run;

    /** How often the code has asked to continue as new. */
    private int continuations;

    private final Map<Class<?>, Logger> loggers = new HashMap<>(0);

    RunContext(Run run) {
        this.run = run;
    }

    // Time and waiting

    @Override
    public Promise<Void> timer(Duration duration) {
        return this.run.timers().start(duration);
    }

    @Override
    public void sleep(Duration duration) {
        this.run.timers().start(duration).get();
    }

    @Override
    public Instant now() {
        return this.run.log().now();
    }

    @Override
    public void await(BooleanSupplier condition) {
        this.run.awaits().await(condition);
    }

    @Override
    public boolean await(Duration timeout, BooleanSupplier condition) {
        return this.run.awaits().await(timeout, condition);
    }

    @Override
    public void awaitAvailable(BooleanSupplier condition) {
        this.run.awaits().awaitAvailable(condition);
    }

    @Override
    public boolean awaitAvailable(Duration timeout, BooleanSupplier condition) {
        return this.run.awaits().awaitAvailable(timeout, condition);
    }

    // Concurrency

    @Override
    public <T> Promise<T> async(Callable<T> function) {
        RunScope scope = this.run.threads().requireBlockable("async").scope();
        return this.run.promises().async(scope, function);
    }

    @Override
    public <T> CompletablePromise<T> promise() {
        return this.run.promises().open();
    }

    // The unused value of a promise of nothing is null, which Void cannot say.
    @SuppressWarnings("NullAway")
    @Override
    public Promise<Void> allOf(List<Promise<?>> promises) {
        RunPromise<Void> all = this.run.promises().open();
        RunPromise<List<Object>> values = this.run.promises().allOf(promises);
        values.whenCompleted(() -> {
            if (values.isFailed()) {
                all.failWith(values::failure);
            }
            else {
                all.completeWith(() -> null);
            }
        });
        return all;
    }

    @Override
    public <T> Promise<List<T>> allOf(Collection<Promise<T>> promises) {
        return this.run.promises().allOf(promises);
    }

    @Override
    public <T> Promise<T> anyOf(Collection<? extends Promise<? extends T>> promises) {
        return this.run.promises().anyOf(promises);
    }

    // Determinism

    @Override
    public UUID randomUUID() {
        return this.run.random().nextUuid();
    }

    @Override
    public RandomGenerator random() {
        // Whoever keeps it draws other numbers behind a reset, too.
        return () -> this.run.random().nextLong();
    }

    @Override
    public <T> T sideEffect(Type type, Supplier<? extends T> supplier) {
        return this.run.markers().sideEffect(type, supplier);
    }

    @Override
    public <T> T mutableSideEffect(String id, Type type, BiPredicate<T, T> changed, Supplier<? extends T> supplier) {
        return this.run.markers().mutableSideEffect(id, type, changed, supplier);
    }

    @Override
    public int version(String changeId, int minSupported, int maxSupported) {
        return this.run.markers().version(changeId, minSupported, maxSupported);
    }

    @Override
    public void deprecatePatch(String id) {
        this.run.markers().deprecatePatch(id);
    }

    @Override
    public boolean isReplaying() {
        return this.run.log().isReplaying();
    }

    @Override
    public Logger logger(Class<?> type) {
        return this.loggers.computeIfAbsent(type, key -> ReplayAwareLogger.of(key, this.run.log()::isReplaying));
    }

    // Activities

    @Override
    public <R> Promise<R> activity(String activityType, Type resultType, ActivityOptions options,
            @Nullable Object... arguments) {
        return this.run.outgoing(WorkflowInterceptor::activity, activityType, arguments,
                header -> this.run.activities().order(activityType, resultType, options, header, arguments));
    }

    @Override
    public <R> Promise<R> localActivity(String activityType, Type resultType, ActivityOptions options,
            @Nullable Object... arguments) {
        return this.run.outgoing(WorkflowInterceptor::activity, activityType, arguments,
                header -> this.run.localActivities().order(activityType, resultType, options, header, arguments));
    }

    @Override
    public <A> A localActivities(Class<A> type, LocalActivityOptions options) {
        return this.run.settings().stubs().localStub(type, options);
    }

    @Override
    public <A> A localActivities(A activityBean, LocalActivityOptions options) {
        return this.run.settings().stubs().localStub(activityBean, options);
    }

    @Override
    public <A> A activities(Class<A> type, ActivityOptions options) {
        return this.run.settings().stubs().stub(type, options);
    }

    @Override
    public <A> A withOptions(A activityBean, ActivityOptions options) {
        return this.run.settings().stubs().withOptions(activityBean, options);
    }

    @Override
    public <W> RecordedCall record(Class<W> workflowClass, VoidCall<W> call) {
        return this.run.settings().stubs().record(workflowClass, call);
    }

    // Other workflows

    @Override
    public <W> W child(Class<W> type, ChildOptions options) {
        this.run.threads().requireReproducible();
        return this.run.settings().stubs().workflow(type, new ChildStub(this.run, options));
    }

    @Override
    public <W, R> ChildHandle<W, R> startChild(Class<W> type, VoidCall<W> call, ChildOptions options) {
        RecordedCall recorded = record(type, call);
        if (recorded.signal()) {
            throw new IllegalArgumentException("A child is started by its @WorkflowMethod, but " + recorded.method()
                    + " of " + type.getName() + " is a signal");
        }
        return new RunChildHandle<>(this.run, type,
                this.run.children()
                    .order(recorded.workflowType(), recorded.taskQueue(), recorded.resultType(), options,
                            this.run.outgoing(), recorded.arguments()));
    }

    @Override
    public <R> ChildHandle<Object, R> startChild(String workflowType, Type resultType, ChildOptions options,
            @Nullable Object... arguments) {
        return new RunChildHandle<>(this.run, null,
                this.run.children().order(workflowType, null, resultType, options, this.run.outgoing(), arguments));
    }

    @Override
    public <W> ExternalWorkflow<W> external(@Nullable Class<W> type, String workflowId) {
        return new RunExternalWorkflow<>(this.run, type, workflowId);
    }

    // Scopes

    @Override
    public CancellationScope newScope(boolean detached) {
        return new RunScope(this.run, detached ? null : scope());
    }

    @Override
    public CancellationScope currentScope() {
        return scope();
    }

    private RunScope scope() {
        this.run.threads().requireHeld();
        WorkflowThread current = this.run.threads().current();
        return (current != null) ? current.scope() : this.run.rootScope();
    }

    // Self

    @Override
    public WorkflowInfo info() {
        CommandLog log = this.run.log();
        WorkflowExecutionStarted started = log.started();
        ParentExecution parent = started.parent();
        return new WorkflowInfo(started.workflowId(), started.runId(), started.firstExecutionRunId(),
                started.workflowType(), started.taskQueue(), started.attempt(), started.eventTime(),
                Optional.ofNullable(parent).map(from -> new WorkflowExecution(from.workflowId(), from.runId())),
                Optional.ofNullable(started.continuedExecutionRunId()), Optional.ofNullable(started.cronSchedule()),
                log.lastEventId(), log.size(), log.isLong(this.run.settings().warnEvents()),
                this.run.attributes().searchAttributes(), this.run.attributes().memo());
    }

    @Override
    public <R> R continueAsNew(@Nullable String workflowType, ContinueAsNewOptions options,
            @Nullable Object... arguments) {
        this.run.threads().requireCommandable("continueAsNew");
        WorkflowExecutionStarted started = this.run.log().started();
        Map<String, ?> memo = options.memo();
        // By its number: code may catch the end that it asks for.
        int number = this.continuations + 1;
        Json input = this.run.encode(() -> "continueAsNew " + number,
                (payloads) -> payloads.encodeArguments(arguments));
        Map<String, Json> notes = (memo != null) ? this.run.encode(() -> "memo of continueAsNew " + number,
                (payloads) -> RunAttributes.encode(payloads, memo)) : null;
        this.continuations = number;
        throw new ContinueAsNewError(
                new ContinueAsNewError.Next(Objects.requireNonNullElse(workflowType, started.workflowType()),
                        Objects.requireNonNullElse(options.taskQueue(), started.taskQueue()), input,
                        (options.runTimeout() != null) ? options.runTimeout() : started.workflowRunTimeout(),
                        options.startDelay(), notes,
                        (options.versioning() != VersioningBehavior.UNSPECIFIED) ? options.versioning() : null));
    }

    @Override
    @SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
    public <T> Optional<T> lastCompletionResult(Type type) {
        Json last = this.run.log().started().lastCompletionResult();
        return (last != null) ? Optional.ofNullable((T) this.run.settings().payloads().decode(last, type))
                : Optional.empty();
    }

    @Override
    public Optional<RuntimeException> previousFailure() {
        return Optional.ofNullable(this.run.log().started().continuedFailure())
            .map(this.run.settings().failures()::decode);
    }

    @Override
    public void upsertSearchAttributes(Map<String, ?> attributes) {
        this.run.threads().requireCommandable("upsertSearchAttributes");
        this.run.attributes().upsertSearchAttributes(attributes);
    }

    @Override
    public void upsertMemo(Map<String, ?> memo) {
        this.run.threads().requireCommandable("upsertMemo");
        this.run.attributes().upsertMemo(memo);
    }

    @Override
    public void currentDetails(String markdown) {
        this.run.threads().requireReproducible();
        this.run.details(Objects.requireNonNullElse(markdown, ""));
    }

    @Override
    public Locals locals() {
        this.run.threads().requireHeld();
        return this.run.locals();
    }

    @Override
    public Locals threadLocals() {
        this.run.threads().requireHeld();
        WorkflowThread current = this.run.threads().current();
        return (current != null) ? current.locals(this.run.threads()) : new LocalValues(this.run.threads());
    }

    // Handlers

    @Override
    public void onSignal(String name, Consumer<Arguments> handler) {
        this.run.threads().requireReproducible();
        this.run.handlers().onSignal(handlerName(name), arguments -> {
            handler.accept(arguments);
            return "";
        });
    }

    @Override
    public void onQuery(String name, Function<Arguments, ?> handler) {
        this.run.threads().requireReproducible();
        this.run.handlers().onQuery(handlerName(name), handler);
    }

    @Override
    public void onUpdate(String name, Function<Arguments, ?> handler, @Nullable Consumer<Arguments> validator) {
        this.run.threads().requireReproducible();
        this.run.handlers().onUpdate(handlerName(name), handler, validator);
    }

    @Override
    public void onAnySignal(BiConsumer<String, Arguments> handler) {
        this.run.threads().requireReproducible();
        this.run.handlers().onAnySignal((name, arguments) -> {
            handler.accept(name, arguments);
            return "";
        });
    }

    @Override
    public void onAnyQuery(BiFunction<String, Arguments, ?> handler) {
        this.run.threads().requireReproducible();
        this.run.handlers().onAnyQuery(handler);
    }

    @Override
    public void onAnyUpdate(BiFunction<String, Arguments, ?> handler,
            @Nullable BiConsumer<String, Arguments> validator) {
        this.run.threads().requireReproducible();
        this.run.handlers().onAnyUpdate(handler, validator);
    }

    private static String handlerName(String name) {
        if (Constraints.id("name", name).startsWith("__")) {
            throw new IllegalArgumentException(
                    "name: names that begin with __ belong to the engine, given \"" + name + '"');
        }
        return name;
    }

    @Override
    public boolean isFailure(Throwable thrown) {
        return this.run.failures().isFailure(thrown);
    }

    @Override
    public boolean allHandlersFinished() {
        return this.run.handlers().unfinished() == 0;
    }

}

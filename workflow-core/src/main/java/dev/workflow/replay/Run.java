package dev.workflow.replay;

import dev.workflow.history.CommandEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.InterceptedCall;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.WorkflowDefinition.Handler;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** One run in memory: its parts, and what its first thread does. */
final class Run {

    private static final long RUN_ID_STREAM = 0x5deece66dL;

    private static final long CHILD_STREAM = 0x2545f4914f6cdd1dL;

    private final WorkflowDefinition definition;

    private final MachineSettings settings;

    private final RunFailures failures;

    private final CommandLog log;

    private final WorkflowThreads threads;

    private final RunScope rootScope;

    private final Promises promises;

    private @Nullable Timers timers;

    private final Awaits awaits;

    private @Nullable ActivityCalls activities;

    private @Nullable ChildCalls children;

    private @Nullable ExternalCalls externals;

    private @Nullable LocalActivityCalls localActivities;

    private @Nullable Markers markers;

    private final RunAttributes attributes;

    private final Handlers handlers;

    private final RunEnd end;

    private @Nullable SplitMix64 random;

    private String seed = "";

    private @Nullable Object instance;

    private @Nullable LocalValues locals;

    /** Also read by whoever describes the run. */
    private volatile String details = "";

    private boolean signalsFirst;

    Run(WorkflowDefinition definition, MachineSettings settings) {
        this.definition = definition;
        this.settings = settings;
        PayloadConverter payloads = settings.payloads();
        this.failures = new RunFailures(settings.failures(), definition::failsRun);
        this.end = new RunEnd(this);
        this.threads = new WorkflowThreads(new RunContext(this), settings.interceptors().context(), this.end::threw,
                settings.watchCarriers());
        this.log = new CommandLog(this.threads::fail, this.threads::cut);
        this.rootScope = new RunScope(this, null);
        this.promises = new Promises(this);
        this.awaits = new Awaits(this);
        this.attributes = new RunAttributes(this.log, payloads);
        this.handlers = new Handlers(this);
    }

    /** Begins: the first thread makes the instance and calls the workflow method. */
    void start(WorkflowExecutionStarted started) {
        this.attributes.begin(started.searchAttributes(), started.memo());
        this.threads.start("main", this.rootScope, started.header(), () -> main(started));
    }

    /** Handles what was signaled so far before the workflow method. */
    void signalsFirst() {
        this.signalsFirst = true;
    }

    private void main(WorkflowExecutionStarted started) throws Throwable {
        PayloadConverter payloads = this.settings.payloads();
        Object workflow = this.threads.readOnly(WorkflowThreads.IN_CONSTRUCTOR, this.definition::newInstance);
        this.instance = workflow;
        Handler init = this.definition.init();
        if (init != null) {
            this.threads.withoutWaiting(Endpoint.of(init, workflow, payloads).prepare(started.input())::invoke);
        }
        this.handlers.register(this.definition, workflow);
        if (this.signalsFirst) {
            this.threads.giveWay();
        }
        Endpoint method = Endpoint.of(this.definition.workflowMethod(), workflow, payloads);
        this.end.completed(payloads
            .encode(incoming(WorkflowInterceptor::execute, started.workflowType(), method.prepare(started.input()))));
    }

    /**
     * The arguments of a command.
     * @param recorded those of a command as it is in the history
     */
    <E extends CommandEvent> Json encodeArguments(CommandKey<E> key, Function<E, Json> recorded,
            @Nullable Object... arguments) {
        return this.log.encoded(key, recorded, this.settings.payloads(),
                (payloads) -> payloads.encodeArguments(arguments));
    }

    /**
     * What the code gives that no command of its own carries.
     * @param what names it, the same in every replay
     */
    <T> T encode(Supplier<String> what, Function<PayloadConverter, T> encoder) {
        return this.log.encoded(what, this.settings.payloads(), encoder, (whole) -> false);
    }

    /** What the current thread was called with: the run's own, or that of a message. */
    private Map<String, String> header() {
        WorkflowThread current = this.threads.current();
        return (current != null) ? current.header() : this.log.started().header();
    }

    /** What a message carries counts, and else what the run was started with. */
    Map<String, String> headerWith(Map<String, String> ofMessage) {
        Map<String, String> ofRun = this.log.isStarted() ? this.log.started().header() : Map.of();
        if (ofMessage.isEmpty() || ofRun.isEmpty()) {
            return ofMessage.isEmpty() ? ofRun : ofMessage;
        }
        Map<String, String> header = new LinkedHashMap<>(ofRun);
        header.putAll(ofMessage);
        return Collections.unmodifiableMap(header);
    }

    /** What a call of the current thread carries. */
    Map<String, String> outgoing() {
        return this.settings.interceptors().context().capture(header());
    }

    /** Puts the context of a question in place, on the thread that answers it. */
    ContextPropagation.Restored restore(Map<String, String> ofMessage) {
        return this.settings.interceptors().context().restore(headerWith(ofMessage));
    }

    /** Makes a call that came in, on the thread that was started for it. */
    @Nullable Object incoming(InterceptedCall.Hook<WorkflowInterceptor> hook, String name, Endpoint.Prepared call)
            throws Throwable {
        return intercepted(hook, name, header(), call);
    }

    @Nullable Object intercepted(InterceptedCall.Hook<WorkflowInterceptor> hook, String name, Map<String, String> header,
            Endpoint.Prepared call) throws Throwable {
        return InterceptedCall.make(name, call.arguments(), Collections.unmodifiableMap(header),
                this.settings.interceptors().workflows(), hook, call.target());
    }

    /**
     * Makes a call that goes out and waits for its result.
     * @param order orders it with the header that the interceptors left
     */
    @SuppressWarnings("TypeParameterUnusedInFormals")
    <R> RunPromise<R> outgoing(InterceptedCall.Hook<WorkflowInterceptor> hook, String name,
            @Nullable Object[] arguments, Function<Map<String, String>, RunPromise<R>> order) {
        List<WorkflowInterceptor> interceptors = this.settings.interceptors().workflows();
        if (interceptors.isEmpty()) {
            return order.apply(outgoing());
        }
        Map<String, String> header = new LinkedHashMap<>(outgoing());
        Object result;
        try {
            result = InterceptedCall.make(name, Endpoint.nullable(Arrays.asList(arguments)), header, interceptors, hook,
                    () -> order.apply(Map.copyOf(header)).get());
        }
        catch (Throwable thrown) {
            throw Sneaky.rethrow(thrown);
        }
        RunPromise<R> completed = this.promises.open();
        completed.completeWith(() -> cast(result));
        return completed;
    }

    @SuppressWarnings({ "unchecked", "NullAway", "TypeParameterUnusedInFormals" })
    private static <R> R cast(@Nullable Object result) {
        return (R) result;
    }

    /**
     * The id of the run that continues this one: derived, so that the same history always
     * gives the same.
     */
    String nextRunId() {
        return derivedRunId(RUN_ID_STREAM);
    }

    /** The id of the first run of the child that the given event orders. */
    String childRunId(long initiatedEventId) {
        return derivedRunId(CHILD_STREAM * initiatedEventId);
    }

    private String derivedRunId(long purpose) {
        SplitMix64 stream = new SplitMix64(SplitMix64.seed(seedRunId()) ^ purpose, () -> {
        });
        return stream.nextUuid(this.log.now().toEpochMilli()).toString();
    }

    /** Names the run in messages. */
    String describe() {
        WorkflowExecutionStarted started = this.log.started();
        return "workflow " + started.workflowType() + " '" + started.workflowId() + "' (run " + started.runId() + ")";
    }

    MachineSettings settings() {
        return this.settings;
    }

    RunFailures failures() {
        return this.failures;
    }

    CommandLog log() {
        return this.log;
    }

    WorkflowThreads threads() {
        return this.threads;
    }

    RunScope rootScope() {
        return this.rootScope;
    }

    Promises promises() {
        return this.promises;
    }

    Timers timers() {
        Timers made = this.timers;
        if (made == null) {
            made = new Timers(this);
            this.timers = made;
        }
        return made;
    }

    Awaits awaits() {
        return this.awaits;
    }

    ActivityCalls activities() {
        ActivityCalls made = this.activities;
        if (made == null) {
            made = new ActivityCalls(this);
            this.activities = made;
        }
        return made;
    }

    ChildCalls children() {
        ChildCalls made = this.children;
        if (made == null) {
            made = new ChildCalls(this);
            this.children = made;
        }
        return made;
    }

    ExternalCalls externals() {
        ExternalCalls made = this.externals;
        if (made == null) {
            made = new ExternalCalls(this);
            this.externals = made;
        }
        return made;
    }

    LocalActivityCalls localActivities() {
        LocalActivityCalls made = this.localActivities;
        if (made == null) {
            made = new LocalActivityCalls(this);
            this.localActivities = made;
        }
        return made;
    }

    Markers markers() {
        Markers made = this.markers;
        if (made == null) {
            made = new Markers(this.threads, this.log, this.settings.payloads());
            this.markers = made;
        }
        return made;
    }

    RunAttributes attributes() {
        return this.attributes;
    }

    Handlers handlers() {
        return this.handlers;
    }

    RunEnd end() {
        return this.end;
    }

    /**
     * What was drawn before a reset is the same again; what is done anew draws other
     * numbers.
     */
    SplitMix64 random() {
        String current = seedRunId();
        if (this.random == null || !current.equals(this.seed)) {
            this.seed = current;
            this.random = new SplitMix64(SplitMix64.seed(current), this.threads::requireReproducible);
        }
        return this.random;
    }

    private String seedRunId() {
        return this.log.started().seedRunId(this.log.lastEventId());
    }

    @Nullable Object instance() {
        return this.instance;
    }

    LocalValues locals() {
        LocalValues made = this.locals;
        if (made == null) {
            made = new LocalValues(this.threads);
            this.locals = made;
        }
        return made;
    }

    String details() {
        return this.details;
    }

    void details(String markdown) {
        this.details = markdown;
    }

}

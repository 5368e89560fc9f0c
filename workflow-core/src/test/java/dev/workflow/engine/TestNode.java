package dev.workflow.engine;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.RetryOptions;
import dev.workflow.VersioningBehavior;
import dev.workflow.VoidCall;
import dev.workflow.LocalActivityOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.interceptor.Interceptors;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.ActivityStubs;
import dev.workflow.replay.MachineSettings;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.store.JdbcEngineStore;
import dev.workflow.store.SessionSettings;
import dev.workflow.store.TestConnections;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/** An engine on a real database whose workflows and activities are lambdas. */
final class TestNode implements AutoCloseable {

    static final String QUEUE = "q";

    /** An activity's body. */
    interface Body {

        @Nullable Object run(Arguments arguments) throws Exception;

    }

    final Types types = new Types();

    final PayloadConverter payloads = new JacksonPayloadConverter();

    final FailureConverter failures = new JacksonFailureConverter(this.payloads);

    final DataSource dataSource;

    final TestConnections connections;

    JdbcEngineStore store;

    PayloadCodecs codecs = PayloadCodecs.NONE;

    final EngineClock clock;

    final EngineMetrics metrics;

    EngineSettings settings = new Settings().build();

    /** What the engine sees of the store. */
    UnaryOperator<EngineStore> faults = UnaryOperator.identity();

    PlatformTransactionManager transactions;

    boolean watchCarriers;

    EngineLimits limits = EngineLimits.NONE;

    Map<EngineStore.RecordKind, Duration> records = Map.of();

    Map<String, Double> weights = Map.of();

    @Nullable WorkflowEngine engine;

    TestNode(DataSource dataSource, InstantSource time, EngineMetrics metrics) {
        this(dataSource, dataSource, new EngineClock(time, true), metrics);
    }

    /** A node whose application has other connections than its engine. */
    TestNode(DataSource database, DataSource application, EngineClock clock, EngineMetrics metrics) {
        this.dataSource = application;
        this.transactions = new DataSourceTransactionManager(application);
        this.metrics = metrics;
        this.clock = clock;
        this.connections = new TestConnections(database, SessionSettings.sql());
        this.store = new JdbcEngineStore(this.connections, application, "engine", this.clock);
    }

    TestNode settings(UnaryOperator<Settings> change) {
        this.settings = change.apply(new Settings()).build();
        return this;
    }

    TestNode codecs(PayloadCodecs chain) {
        this.codecs = chain;
        this.store = new JdbcEngineStore(this.connections, this.connections, this.dataSource, "engine", this.clock,
                chain);
        return this;
    }

    /** Serves these queues; workflow types belong to the first. */
    TestNode queues(String... queues) {
        this.types.queues = List.of(queues);
        return this;
    }

    TestNode workflow(String name, Function<Arguments, @Nullable Object> body) {
        this.types.workflows.put(name, new Definition(name, body));
        return this;
    }

    /** A workflow whose runs stay with their build. */
    TestNode pinned(String name, Function<Arguments, @Nullable Object> body) {
        this.types.pinned.add(name);
        return workflow(name, body);
    }

    TestNode activity(String name, Body body) {
        return activity(name, null, body);
    }

    TestNode activity(String name, @Nullable TransactionDefinition transaction, Body body) {
        this.types.activities.put(name,
                new ActivityDefinition(name, new Type[] { Arguments.class }, Object.class, transaction,
                        transaction != null,
                        (arguments) -> body.run((Arguments) java.util.Objects.requireNonNull(arguments[0]))));
        return this;
    }

    TestNode start() {
        ActivityOptions defaults = ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofMinutes(5))
            .retry(RetryOptions.defaults()
                .initialInterval(Duration.ofMillis(20))
                .backoffCoefficient(2)
                .maximumInterval(Duration.ofSeconds(1)));
        MachineSettings machine = new MachineSettings(this.payloads, this.failures, new NoStubs(), defaults, false,
                10_000, this.watchCarriers, Interceptors.NONE);
        this.engine = new WorkflowEngine(this.settings, this.faults.apply(this.store), this.clock, this.types, machine,
                this.codecs, this.transactions, this.metrics);
        this.engine.limitTo(this.limits);
        this.engine.keepRecords(this.records);
        this.engine.weigh(this.weights);
        this.engine.start();
        return this;
    }

    WorkflowEngine engine() {
        return java.util.Objects.requireNonNull(this.engine);
    }

    WorkflowService service() {
        return new EngineWorkflowService(engine());
    }

    StartResult begin(String type, @Nullable String id, @Nullable Object... arguments) {
        return service().start(request(type, id, arguments));
    }

    StartRequest request(String type, @Nullable String id, @Nullable Object... arguments) {
        return shared(type, id, 3, null, arguments);
    }

    /** A start with a priority and a fairness key. */
    StartRequest shared(String type, @Nullable String id, int priority, @Nullable String fairnessKey,
            @Nullable Object... arguments) {
        return new StartRequest(type, id, null, this.payloads.encodeArguments(arguments), null,
                IdReusePolicy.ALLOW_DUPLICATE, IdConflictPolicy.FAIL, null, null, null, null, null, Map.of(), Map.of(),
                priority, fairnessKey, null);
    }

    WorkflowOutcome result(String workflowId) {
        WorkflowOutcome outcome = service().result(new WorkflowRef(workflowId, null), true, Duration.ofSeconds(20));
        if (outcome == null) {
            throw new AssertionError(
                    "No result of " + workflowId + ": " + service().describe(new WorkflowRef(workflowId, null)));
        }
        return outcome;
    }

    Json json(@Nullable Object... arguments) {
        return this.payloads.encodeArguments(arguments);
    }

    @Override
    public void close() {
        this.connections.leaveAlone();
        if (this.engine != null) {
            this.engine.stop();
        }
        this.connections.close();
        assertThat(this.connections.nested()).as("connections asked for while one was held").isEmpty();
    }

    /** What tests change about the engine's settings. */
    static final class Settings {

        private @Nullable String name;

        private boolean worker = true;

        private int cache = 10_000;

        private int slots = 200;

        private int workflowSlots = 200;

        private int transactionalSlots = 100;

        private Duration poll = Duration.ofMillis(50);

        private Duration heartbeat = Duration.ofMillis(200);

        private Duration shutdown = Duration.ofSeconds(5);

        private Duration deadlock = Duration.ofSeconds(1);

        private boolean listen = true;

        private @Nullable String build;

        Settings name(String value) {
            this.name = value;
            return this;
        }

        Settings clientOnly() {
            this.worker = false;
            return this;
        }

        Settings cache(int value) {
            this.cache = value;
            return this;
        }

        Settings slots(int value) {
            this.slots = value;
            return this;
        }

        Settings workflowSlots(int value) {
            this.workflowSlots = value;
            return this;
        }

        Settings transactionalSlots(int value) {
            this.transactionalSlots = value;
            return this;
        }

        Settings poll(Duration value) {
            this.poll = value;
            return this;
        }

        /** The lease is five heartbeats. */
        Settings heartbeat(Duration value) {
            this.heartbeat = value;
            return this;
        }

        Settings shutdown(Duration value) {
            this.shutdown = value;
            return this;
        }

        Settings deadlock(Duration value) {
            this.deadlock = value;
            return this;
        }

        Settings deaf() {
            this.listen = false;
            return this;
        }

        Settings build(String value) {
            this.build = value;
            return this;
        }

        private EngineSettings build() {
            return new EngineSettings(this.name, this.worker, this.cache, this.poll, this.heartbeat,
                    this.heartbeat.multipliedBy(5), this.shutdown, this.workflowSlots, this.slots, Map.of(), Map.of(),
                    2, 1024 * 1024, 50_000, this.deadlock, this.listen, this.transactionalSlots, this.build,
                    VersioningBehavior.AUTO_UPGRADE);
        }

    }

    /** The types of a test. */
    static final class Types implements TypeRegistry {

        final Map<String, WorkflowDefinition> workflows = new ConcurrentHashMap<>();

        final Map<String, ActivityDefinition> activities = new ConcurrentHashMap<>();

        final Set<String> pinned = ConcurrentHashMap.newKeySet();

        volatile List<String> queues = List.of(QUEUE);

        @Override
        public VersioningBehavior versioningOf(String workflowType) {
            return this.pinned.contains(workflowType) ? VersioningBehavior.PINNED : VersioningBehavior.UNSPECIFIED;
        }

        @Override
        public @Nullable WorkflowDefinition workflow(String type) {
            return this.workflows.get(type);
        }

        @Override
        public @Nullable String taskQueueOf(String workflowType) {
            return this.workflows.containsKey(workflowType) ? this.queues.getFirst() : null;
        }

        @Override
        public Collection<String> workflowTypes() {
            return this.workflows.keySet();
        }

        @Override
        public @Nullable ActivityDefinition activity(String type) {
            return this.activities.get(type);
        }

        @Override
        public Collection<String> activityTypes() {
            return this.activities.keySet();
        }

        @Override
        public Collection<String> taskQueues() {
            return this.queues;
        }

    }

    private record Definition(String type, Function<Arguments, @Nullable Object> body) implements WorkflowDefinition {

        @Override
        public Object newInstance() {
            return "no state";
        }

        @Override
        public Handler workflowMethod() {
            return new Handler("run", new Type[] { Arguments.class }, Object.class,
                    (target, arguments) -> this.body.apply((Arguments) java.util.Objects.requireNonNull(arguments[0])));
        }

        @Override
        public @Nullable Handler init() {
            return null;
        }

        @Override
        public Map<String, Handler> signals() {
            return Map.of();
        }

        @Override
        public Map<String, Handler> queries() {
            return Map.of();
        }

        @Override
        public Map<String, Handler> updates() {
            return Map.of();
        }

        @Override
        public Map<String, Handler> updateValidators() {
            return Map.of();
        }

        @Override
        public boolean failsRun(Throwable failure) {
            return false;
        }

    }

    private static final class NoStubs implements ActivityStubs {

        @Override
        public <A> A stub(Class<A> type, ActivityOptions options) {
            throw new IllegalStateException("Not in these tests");
        }

        @Override
        public <A> A withOptions(A activityBean, ActivityOptions options) {
            throw new IllegalStateException("Not in these tests");
        }

        @Override
        public <W> W workflow(Class<W> workflowClass, Function<WorkflowContext.RecordedCall, @Nullable Object> onCall) {
            throw new IllegalStateException("Not in these tests");
        }

        @Override
        public <A> A localStub(Class<A> type, LocalActivityOptions options) {
            throw new IllegalStateException("Not in these tests");
        }

        @Override
        public <A> A localStub(A activityBean, LocalActivityOptions options) {
            throw new IllegalStateException("Not in these tests");
        }

        @Override
        public <W> WorkflowContext.RecordedCall record(Class<W> workflowClass, VoidCall<W> call) {
            throw new IllegalStateException("Not in these tests");
        }

    }

    /** Waits for a condition, for at most ten seconds. */
    static void await(java.util.function.BooleanSupplier condition) {
        await(condition, Duration.ofSeconds(10));
    }

    static void await(java.util.function.BooleanSupplier condition, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("The condition did not come true in time");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    /**
     * Waits until none of these nodes has anything to do, nor gives another one
     * something.
     */
    static void awaitQuiet(Collection<TestNode> nodes) {
        await(() -> {
            long before = moves(nodes);
            return nodes.stream().allMatch((node) -> node.engine().isQuiet()) && moves(nodes) == before;
        }, Duration.ofSeconds(30));
    }

    private static long moves(Collection<TestNode> nodes) {
        return nodes.stream().mapToLong((node) -> node.engine().moves()).sum();
    }

    static List<String> types(WorkflowService service, String workflowId) {
        return service.history(new WorkflowRef(workflowId, null), 0, 1_000)
            .stream()
            .map(dev.workflow.history.HistoryEvent::eventType)
            .toList();
    }

}

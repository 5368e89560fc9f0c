package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import dev.workflow.history.StoredEvents;
import dev.workflow.interceptor.Interceptors;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.MachineSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * One node: everything that runs workflows in this application.
 * <p>
 * <b>Threads.</b> Committers, poller, heartbeat, watch, timers and wake-ups are platform
 * threads, so that an activity that burns CPU or pins a carrier cannot stop the heart.
 * Actors, workflow code and activities are virtual threads.
 * <p>
 * <b>Order of stopping.</b> Claims first, then the resident runs are handed over, then
 * activities may end, and the committers stop last.
 */
public final class WorkflowEngine {

    /** How long a start waits for an uncommitted start of the same id to be decided. */
    static final Duration START_PATIENCE = Duration.ofSeconds(10);

    /** How long a client's call waits for a row that a transaction holds. */
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);

    private static final Logger logger = LoggerFactory.getLogger(WorkflowEngine.class);

    private static final String TOKEN_KEY = "task-token";

    private final EngineSettings settings;

    private final EngineStore store;

    private final EngineClock clock;

    private final TypeRegistry types;

    private final PayloadConverter payloads;

    private final AttemptFailures failures;

    private final MachineSettings machineSettings;

    private final PlatformTransactionManager transactionManager;

    private final EngineMetrics metrics;

    private final EngineObservations observations;

    private final EngineJson json;

    private final EngineJson jsonForPeople;

    private final StoredEvents events;

    private final Committer committer;

    private final Releases releases;

    private final Waits waits = new Waits();

    private final ResidentRuns resident;

    private final TimerQueue timers;

    private final ActivityRunner activities;

    private final LocalActivitySlots localActivities;

    private final LongAdder moves = new LongAdder();

    private final Poller poller;

    private final NodeHeart heart;

    private final Caretaker caretaker;

    private final ScheduleFirings schedules;

    private final Wakeups wakeups;

    private final WaitersElsewhere waitersElsewhere;

    private final WorkflowSlots slots;

    private final Controls controls = new Controls(this);

    private final Sharing sharing;

    private final Admissions admissions = new Admissions(this);

    private final Deliveries deliveries = new Deliveries(this);

    private final Terminations terminations = new Terminations(this);

    private final Holdings holdings = new Holdings(this);

    private final TurnWatch turns = new TurnWatch(this);

    private final Watch watch = new Watch(this);

    private final ResultWaiters results;

    private final UpdateWaiters updates;

    private final Retries retries;

    private final WorkerBuilds builds;

    private final RunIds runIds = new RunIds();

    private final NodeGauges gauges = new NodeGauges(this);

    private final Quietness quietness = new Quietness(this);

    private final Identities identities = new Identities(this);

    private final LongAdder refusals = new LongAdder();

    private final LongAdder takeovers = new LongAdder();

    private final NodeIncarnation incarnation;

    private volatile @Nullable Retention retention;

    private volatile RecordRetention records = new RecordRetention(this, Map.of());

    private volatile byte @Nullable [] tokenKey;

    private volatile boolean working;

    private volatile boolean stopped = true;

    private volatile EngineLimits limits = EngineLimits.NONE;

    private final BackPressure backPressure = new BackPressure(() -> this.limits, this::waitingCommits,
            this.gauges::backlogs);

    /**
     * An engine that has not started.
     * @param settings what can be set
     * @param store the database
     * @param clock the engine's time
     * @param types the application's types
     * @param machineSettings what workflow code runs with
     * @param codecs what stored payloads go through; the same as the store's
     * @param transactionManager the transactions of activities that commit together with
     * their result
     * @param metrics hears what happens
     */
    public WorkflowEngine(EngineSettings settings, EngineStore store, EngineClock clock, TypeRegistry types,
            MachineSettings machineSettings, PayloadCodecs codecs, PlatformTransactionManager transactionManager,
            EngineMetrics metrics) {
        this(settings, store, clock, types, machineSettings, codecs, transactionManager, metrics,
                EngineObservations.NONE);
    }

    /** As above, with what is put around calls, turns and attempts. */
    public WorkflowEngine(EngineSettings settings, EngineStore store, EngineClock clock, TypeRegistry types,
            MachineSettings machineSettings, PayloadCodecs codecs, PlatformTransactionManager transactionManager,
            EngineMetrics metrics, EngineObservations observations) {
        this.observations = observations;
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        this.types = types;
        this.payloads = machineSettings.payloads();
        this.failures = new AttemptFailures(machineSettings.failures());
        this.machineSettings = machineSettings;
        this.transactionManager = transactionManager;
        OpenTransactions.watch(transactionManager);
        this.metrics = metrics;
        this.json = new EngineJson(codecs);
        this.jsonForPeople = this.json.forPeople();
        this.events = new StoredEvents(codecs);
        this.releases = new Releases(store);
        this.committer = new Committer(store, metrics, settings.committers());
        this.resident = new ResidentRuns(settings.cacheSize());
        this.timers = new TimerQueue(clock);
        this.activities = new ActivityRunner(this);
        this.localActivities = new LocalActivitySlots(settings.activitySlots());
        this.poller = new Poller(this);
        this.heart = new NodeHeart(this);
        this.caretaker = new Caretaker(this);
        this.schedules = new ScheduleFirings(this);
        this.wakeups = new Wakeups(this);
        this.waitersElsewhere = new WaitersElsewhere(this.wakeups);
        this.slots = new WorkflowSlots(this::workflowSlots);
        this.sharing = new Sharing(this);
        this.results = new ResultWaiters(this);
        this.updates = new UpdateWaiters(this);
        this.retries = new Retries(clock);
        this.builds = new WorkerBuilds(settings, types);
        this.incarnation = new NodeIncarnation(this, clock.instant());
    }

    /**
     * Deletes runs so long after their end; without it they are kept. To be called before
     * the engine starts.
     */
    public void keepEndedRuns(Duration kept) {
        this.retention = new Retention(this, kept);
    }

    @Nullable Retention retention() {
        return this.retention;
    }

    /**
     * Deletes records of the past after so long; those that are not named are kept. To be
     * called before the engine starts.
     */
    public void keepRecords(Map<EngineStore.RecordKind, Duration> kept) {
        this.records = new RecordRetention(this, kept);
    }

    RecordRetention records() {
        return this.records;
    }

    /** Registers this node and begins to work. An engine is started once. */
    public void start() {
        this.heart.measureTime();
        this.tokenKey = this.store.secret(TOKEN_KEY);
        this.incarnation.register();
        this.stopped = false;
        this.builds.follow(this.store.versions());
        patiently(() -> {
            this.admissions.configure(this.limits.concurrency());
            return true;
        });
        this.controls.refresh();
        this.sharing.keys().refresh();
        this.working = this.settings.workerEnabled();
        this.committer.start();
        this.releases.start();
        this.waits.start();
        this.timers.start();
        threads().forEach(EngineThread::start);
        this.wakeups.start();
        if (this.working) {
            logger.info("Workflow node {} ({}) works for queues {} with workflows {} and activities {}", nodeName(),
                    nodeId(), this.types.taskQueues(), this.types.workflowTypes(), this.types.activityTypes());
        }
        else {
            logger.info("Workflow node {} ({}) is only a client: it runs no workflows and activities", nodeName(),
                    nodeId());
        }
    }

    /** In the order in which they stop: first those that bring something new. */
    private List<EngineThread> threads() {
        return List.of(this.schedules.thread(), this.poller.thread(), this.heart.thread(), this.watch.thread(),
                this.caretaker.thread(), this.admissions.thread());
    }

    /**
     * Hands over what is here, lets running activities end within the time-out, and
     * stops.
     */
    public void stop() {
        if (this.stopped) {
            return;
        }
        this.working = false;
        this.activities.refuse();
        try {
            handOver();
            this.wakeups.due("");
            this.activities.stop(this.settings.shutdownTimeout());
            handOver();
            threads().forEach(EngineThread::end);
            for (EngineThread thread : threads()) {
                thread.stop();
            }
            this.committer.stop(Duration.ofSeconds(5));
            this.releases.stop(Duration.ofSeconds(5));
            this.incarnation.signOff();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        finally {
            this.stopped = true;
            threads().forEach(EngineThread::end);
            this.wakeups.stop();
            this.timers.stop();
            this.committer.stop(Duration.ZERO);
            this.releases.stop(Duration.ZERO);
            // Last, so that what has become durable is what they hear.
            this.results.stop();
            this.updates.stop();
            this.waits.stop();
        }
        logger.info("Workflow node {} ({}) has stopped", nodeName(), nodeId());
    }

    private void handOver() throws InterruptedException {
        List<CompletableFuture<Void>> left = leave();
        try {
            CompletableFuture.allOf(left.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        }
        catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException ex) {
            logger.warn("Not all of {} runs could be handed over in time; others take them with this node's end",
                    left.size());
        }
    }

    /** Has all runs leave memory; completes for each when it has left. */
    private List<CompletableFuture<Void>> leave() {
        List<CompletableFuture<Void>> left = new ArrayList<>();
        for (RunActor actor : this.resident.all()) {
            Delivery.Leave leave = new Delivery.Leave(new CompletableFuture<>());
            if (actor.offer(leave)) {
                left.add(leave.left());
            }
        }
        return left;
    }

    String nodeName() {
        return this.incarnation.name();
    }

    /**
     * Takes note of the builds that are set for the queues. What is in memory and has
     * become another build's leaves: it goes on there.
     */
    void followVersions() {
        if (this.builds.follow(this.store.versions())) {
            this.resident.all()
                .stream()
                .filter((actor) -> !actor.version().pinned()
                        && !this.builds.isMine(actor.taskQueue(), actor.workflowId()))
                .forEach(this::evict);
            this.poller.wake();
        }
    }

    void evict(RunActor actor) {
        actor.offer(new Delivery.Leave(new CompletableFuture<>()));
    }

    /** Drops all cached runs; returns when they have left. For tests of replay. */
    public void evictAll() {
        CompletableFuture.allOf(leave().toArray(CompletableFuture[]::new)).orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Repeats what met somebody's lock, for some seconds. */
    <T extends @Nullable Object> T patiently(Supplier<T> action) {
        long end = System.nanoTime() + LOCK_PATIENCE.toNanos();
        while (true) {
            try {
                return action.get();
            }
            catch (StoreException ex) {
                if (ex.kind() != StoreException.Kind.LOCKED || System.nanoTime() > end) {
                    throw ex;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    /**
     * Repeats what the database could not do for a moment, until it can or the engine
     * stops.
     */
    <T> T retrying(Supplier<T> action) {
        long pause = 20;
        while (true) {
            try {
                return action.get();
            }
            catch (StoreException ex) {
                if (ex.kind() == StoreException.Kind.REJECTED) {
                    throw ex;
                }
                if (this.stopped) {
                    throw new EngineStoppedException("The engine has stopped");
                }
                logger.debug("The database is not there; tried again in {} ms: {}", pause, ex.getMessage());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pause);
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new EngineStoppedException("Interrupted while the database was away");
            }
            pause = Math.min(2_000, pause * 2);
        }
    }

    byte[] tokenKey() {
        byte[] key = this.tokenKey;
        if (key == null) {
            throw new EngineStoppedException("The engine has not started");
        }
        return key;
    }

    /**
     * Whether nothing runs or waits to run at this instant: for tests that move the
     * clock.
     */
    public boolean isQuiet() {
        return this.quietness.isQuiet();
    }

    /**
     * When the next timer or deadline of this node, or of anything that waits for it in
     * the database, is due.
     */
    public Optional<Instant> nextDue() {
        return this.quietness.nextDue();
    }

    /**
     * What still runs or waits to run, in words, for whom {@link #isQuiet()} disappoints.
     */
    public List<String> unfinished() {
        return this.quietness.unfinished();
    }

    /**
     * One part of the engine has given another one something to do, and is not idle
     * before it says so. Whoever looks at one part after the other would miss what passes
     * from one that is still to be looked at to one that was found idle.
     */
    void moved() {
        this.moves.increment();
    }

    /** How often something was passed from one part to another. */
    long moves() {
        return this.moves.sum();
    }

    /**
     * A run was started and belongs to nobody.
     * @param waits whether it may have to wait for a place
     */
    void begun(Transition.NewExecution execution, boolean waits) {
        this.metrics.workflowStarted(execution.workflowType(), execution.taskQueue());
        this.wakeups.started(execution, waits);
    }

    /** Looks at the clock again, after it was moved. */
    public void clockMoved() {
        this.timers.wake();
        this.poller.wake();
        this.schedules.wake();
    }

    /** Whether it has started and not stopped. */
    public boolean isRunning() {
        return !this.stopped;
    }

    /** Whether a newer process has this one's name, so that this one does not work. */
    boolean isSuperseded() {
        return this.incarnation.isSuperseded();
    }

    boolean isWorking() {
        return this.working && !isSuperseded();
    }

    /**
     * Whether this node serves the queue and knows the type, so that it can run the
     * workflow itself.
     */
    boolean runsHere(String workflowType, String taskQueue) {
        boolean known = this.types.workflowTypes().contains(workflowType)
                || taskQueue.equals(this.types.queueOfUnknownWorkflows());
        return isWorking() && known && this.types.taskQueues().contains(taskQueue)
                && !this.controls.isPaused(workflowType, taskQueue);
    }

    Deliveries deliveries() {
        return this.deliveries;
    }

    Terminations terminations() {
        return this.terminations;
    }

    Holdings holdings() {
        return this.holdings;
    }

    TurnWatch turns() {
        return this.turns;
    }

    Admissions admissions() {
        return this.admissions;
    }

    Controls controls() {
        return this.controls;
    }

    Sharing sharing() {
        return this.sharing;
    }

    /**
     * Sets the weights of fairness keys on this node, where nobody has decided otherwise
     * for all; before it starts.
     */
    public void weigh(Map<String, Double> weights) {
        this.sharing.keys().configure(weights);
    }

    int activitySlots(String taskQueue) {
        return Objects.requireNonNullElseGet(this.controls.activitySlotsOf(taskQueue),
                () -> this.settings.activitySlotsOf(taskQueue));
    }

    private int workflowSlots(String taskQueue) {
        return Objects.requireNonNullElseGet(this.controls.workflowSlotsOf(taskQueue),
                () -> this.settings.workflowSlotsOf(taskQueue));
    }

    /** Limits what this node does and takes; before it starts. */
    public void limitTo(EngineLimits given) {
        this.limits = given;
    }

    EngineLimits limits() {
        return this.limits;
    }

    private int waitingCommits() {
        return this.committer.waiting();
    }

    BackPressure backPressure() {
        return this.backPressure;
    }

    /** Whether no other node is alive, so that nobody has to be woken. */
    boolean isAlone() {
        return isWorking() && this.heart.nodes().size() == 1;
    }

    /** How many transitions were refused because their run had gone to somebody else. */
    public long refusedCommits() {
        return this.refusals.sum();
    }

    /** From how many dead nodes this one has taken over. */
    public long takeoverCount() {
        return this.takeovers.sum();
    }

    /** What can be measured of this node. */
    public NodeGauges gauges() {
        return this.gauges;
    }

    /** Who acts on this thread, for the histories. */
    public String identity() {
        return this.identities.current();
    }

    Identities identities() {
        return this.identities;
    }

    /** The incarnation of this node, as the database knows it. */
    public long nodeId() {
        return this.incarnation.id();
    }

    NodeIncarnation incarnation() {
        return this.incarnation;
    }

    EngineSettings settings() {
        return this.settings;
    }

    EngineStore store() {
        return this.store;
    }

    EngineClock clock() {
        return this.clock;
    }

    TypeRegistry types() {
        return this.types;
    }

    PayloadConverter payloads() {
        return this.payloads;
    }

    AttemptFailures failures() {
        return this.failures;
    }

    MachineSettings machineSettings() {
        return this.machineSettings;
    }

    EngineObservations observations() {
        return this.observations;
    }

    LocalActivitySlots localActivities() {
        return this.localActivities;
    }

    Interceptors interceptors() {
        return this.machineSettings.interceptors();
    }

    PlatformTransactionManager transactionManager() {
        return this.transactionManager;
    }

    EngineMetrics metrics() {
        return this.metrics;
    }

    EngineJson json() {
        return this.json;
    }

    /** Shows what this node cannot decode as it is stored. */
    EngineJson jsonForPeople() {
        return this.jsonForPeople;
    }

    StoredEvents events() {
        return this.events;
    }

    Waits waits() {
        return this.waits;
    }

    Releases releases() {
        return this.releases;
    }

    Committer committer() {
        return this.committer;
    }

    ResidentRuns resident() {
        return this.resident;
    }

    TimerQueue timers() {
        return this.timers;
    }

    ActivityRunner activities() {
        return this.activities;
    }

    Poller poller() {
        return this.poller;
    }

    ScheduleFirings schedules() {
        return this.schedules;
    }

    Wakeups wakeups() {
        return this.wakeups;
    }

    WaitersElsewhere waitersElsewhere() {
        return this.waitersElsewhere;
    }

    WorkflowSlots slots() {
        return this.slots;
    }

    WorkerBuilds builds() {
        return this.builds;
    }

    /** The nodes that were alive at the last heartbeat. */
    List<EngineStore.NodeRow> liveNodeRows() {
        return this.heart.nodes();
    }

    ResultWaiters results() {
        return this.results;
    }

    UpdateWaiters updates() {
        return this.updates;
    }

    Retries retries() {
        return this.retries;
    }

    RunIds runIds() {
        return this.runIds;
    }

    LongAdder refusals() {
        return this.refusals;
    }

    NodeHeart heart() {
        return this.heart;
    }

    Caretaker caretaker() {
        return this.caretaker;
    }

    LongAdder takeovers() {
        return this.takeovers;
    }

}

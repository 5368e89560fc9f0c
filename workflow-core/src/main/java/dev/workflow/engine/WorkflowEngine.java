package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.workflow.client.OperatorAction;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.StoredEvents;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.interceptor.Interceptors;
import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.MachineSettings;
import dev.workflow.replay.WorkflowMachine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * One node: everything that runs workflows in this application.
 * <p>
 * <b>Threads.</b> Committers, poller, heartbeat, timers and wake-ups are platform
 * threads, so that an activity that burns CPU or pins a carrier cannot stop the heart.
 * Actors, workflow code and activities are virtual threads.
 * <p>
 * <b>Order of stopping.</b> Claims first, then the resident runs are handed over, then
 * activities may end, and the committers stop last.
 */
public final class WorkflowEngine implements EngineGauges {

    /** How long a start waits for an uncommitted start of the same id to be decided. */
    static final Duration START_PATIENCE = Duration.ofSeconds(10);

    /** How long a client's call waits for a row that a transaction holds. */
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(5);

    /** How far ahead this node remembers what others may do, too. */
    private static final Duration SOON = Duration.ofMinutes(1);

    private static final Logger logger = LoggerFactory.getLogger(WorkflowEngine.class);

    /**
     * How many new children of one step a node claims before it wakes others for them.
     */
    private static final int CHILDREN_TO_KEEP = 20;

    static final int MAX_IDENTITY = 1_000;

    private static final int MAX_REASON = 4_000;

    private static final String TOKEN_KEY = "task-token";

    private final EngineSettings settings;

    private final EngineStore store;

    private final EngineClock clock;

    private final TypeRegistry types;

    private final PayloadConverter payloads;

    private final FailureConverter failures;

    private final MachineSettings machineSettings;

    private final PlatformTransactionManager transactionManager;

    private final EngineMetrics metrics;

    private final EngineObservations observations;

    private final EngineJson json;

    private final EngineJson jsonForPeople;

    private final StoredEvents events;

    private final Committer committer;

    private final Releases releases;

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

    private final ResultWaiters results;

    private final UpdateWaiters updates;

    private final Retries retries;

    private final WorkerBuilds builds;

    private final RunIds runIds = new RunIds();

    private final EngineOperations operations = new EngineOperations(this);

    /** In whose name a thread acts, where somebody said so. */
    private final ThreadLocal<@Nullable String> acting = new ThreadLocal<>();

    private final LongAdder refusals = new LongAdder();

    private final LongAdder takeovers = new LongAdder();

    private final Set<RunActor> turning = ConcurrentHashMap.newKeySet();

    private final CarrierWatch carrierWatch = new CarrierWatch(this);

    private final Map<RunActor, Long> reportedTurns = new ConcurrentHashMap<>();

    private final CarrierThreads carriers = new CarrierThreads();

    private final Instant startedAt;

    private volatile @Nullable Retention retention;

    private volatile RecordRetention records = new RecordRetention(this, Map.of());

    private Set<UUID> missing = Set.of();

    private Set<UUID> takenAway = Set.of();

    private Set<EngineStore.ActivityKey> missingActivities = Set.of();

    private volatile long nodeId;

    private volatile byte @Nullable [] tokenKey;

    private volatile boolean working;

    private volatile boolean stopped = true;

    private volatile boolean superseded;

    /**
     * Held by who counts or samples, so that no figure of before replaces a later one.
     */
    private final ReentrantLock counting = new ReentrantLock();

    private volatile List<EngineStore.Backlog> backlogs = List.of();

    private volatile EngineLimits limits = EngineLimits.NONE;

    private final BackPressure backPressure = new BackPressure(() -> this.limits, this::waitingCommits,
            () -> this.backlogs);

    private volatile DatabaseSample sample = DatabaseSample.NONE;

    private volatile List<WaitingForBuild> waitingForBuilds = List.of();

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
        this.failures = machineSettings.failures();
        this.machineSettings = machineSettings;
        this.transactionManager = transactionManager;
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
        this.startedAt = clock.instant();
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
        this.tokenKey = this.store.secret(TOKEN_KEY);
        this.nodeId = this.store.register(nodeRow());
        this.stopped = false;
        this.builds.follow(this.store.versions());
        this.store.admissions().configure(this.limits.concurrency(), this.types.workflowTypes(), this.clock.instant());
        this.controls.refresh();
        this.sharing.keys().refresh();
        this.working = this.settings.workerEnabled();
        this.committer.start();
        this.releases.start();
        this.timers.start();
        threads().forEach(EngineThread::start);
        this.wakeups.start();
        if (this.working) {
            logger.info("Workflow node {} ({}) works for queues {} with workflows {} and activities {}", nodeName(),
                    this.nodeId, this.types.taskQueues(), this.types.workflowTypes(), this.types.activityTypes());
        }
        else {
            logger.info("Workflow node {} ({}) is only a client: it runs no workflows and activities", nodeName(),
                    this.nodeId);
        }
    }

    /** In the order in which they stop: first those that bring something new. */
    private List<EngineThread> threads() {
        return List.of(this.schedules.thread(), this.poller.thread(), this.heart.thread(), this.caretaker.thread(),
                this.admissions.thread());
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
            for (EngineThread thread : threads()) {
                thread.stop();
            }
            this.committer.stop(Duration.ofSeconds(5));
            this.releases.stop(Duration.ofSeconds(5));
            if (!this.superseded) {
                giveBack();
            }
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
        }
        logger.info("Workflow node {} ({}) has stopped", nodeName(), this.nodeId);
    }

    private void handOver() throws InterruptedException {
        List<CompletableFuture<Void>> left = new ArrayList<>();
        for (RunActor actor : this.resident.all()) {
            Delivery.Leave leave = new Delivery.Leave(new CompletableFuture<>());
            if (actor.offer(leave)) {
                left.add(leave.left());
            }
        }
        try {
            CompletableFuture.allOf(left.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        }
        catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException ex) {
            logger.warn("Not all of {} runs could be handed over in time; others take them with this node's end",
                    left.size());
        }
    }

    /** Whatever still carries this node's name goes to the others at once. */
    private void giveBack() {
        try {
            this.store.releaseDead(this.nodeId, this.clock.instant(), 1_000, () -> true);
            this.store.unregister(this.nodeId);
            this.wakeups.due("");
        }
        catch (StoreException ex) {
            logger.warn("This node could not sign off; others take over when its lease ends: {}", ex.getMessage());
        }
    }

    /** What this node offers to run: nothing when it is only a client. */
    private EngineStore.NodeRow nodeRow() {
        boolean works = this.settings.workerEnabled();
        return new EngineStore.NodeRow(0, nodeName(), this.settings.nodeName() != null,
                works ? List.copyOf(this.types.taskQueues()) : List.of(),
                works ? offered(this.types.workflowTypes(), this.types.runsUnknownWorkflows()) : List.of(),
                works ? offered(this.types.activityTypes(), this.types.runsUnknownActivities()) : List.of(), true, 0,
                this.startedAt, this.settings.buildId());
    }

    private static List<String> offered(Collection<String> types, boolean any) {
        List<String> offered = new ArrayList<>(types);
        if (any) {
            offered.add(Unserved.ANY_TYPE);
        }
        return offered;
    }

    private String nodeName() {
        String configured = this.settings.nodeName();
        if (configured != null) {
            return configured;
        }
        return ProcessHandle.current().pid() + "@" + Optional.ofNullable(System.getenv("HOSTNAME")).orElse("local")
                + "-" + Integer.toHexString(System.identityHashCode(this));
    }

    /** Moves this node's counter; false when it was declared dead or superseded. */
    boolean beat() {
        int total = this.types.taskQueues().stream().mapToInt(this::activitySlots).sum();
        int used = this.types.taskQueues().stream().mapToInt(this.activities::used).sum();
        return this.store.heartbeat(this.nodeId, total, used, this.resident.size(), this.clock.instant());
    }

    void countBacklogs() {
        this.counting.lock();
        try {
            this.backlogs = this.store.backlogs(this.clock.instant());
            this.schedules.takeCensus();
            this.waitingForBuilds = this.builds.inUse()
                    ? this.builds.missing(this.store.routeBacklogs(this.clock.instant()), this.heart.nodes())
                    : List.of();
        }
        finally {
            this.counting.unlock();
        }
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

    /** Others have taken everything: drop it, and come back as a new incarnation. */
    void declaredDead() {
        if (this.superseded) {
            return;
        }
        long before = this.nodeId;
        logger.error("Node {} ({}) was declared dead while it stood still: it drops its runs and starts afresh",
                nodeName(), before);
        if (isSuperseded(before)) {
            this.superseded = true;
            this.working = false;
            logger.error("Another process runs with workflow.node-id '{}'. The newer one wins; this one stops working. "
                    + "Give each process an id of its own, or none.", this.settings.nodeName());
        }
        else {
            this.nodeId = this.store.register(nodeRow());
            logger.info("Node {} is {} now, in place of {}", nodeName(), this.nodeId, before);
        }
        this.activities.drop(before);
        this.resident.all()
            .stream()
            .filter((actor) -> actor.owner() == before)
            .forEach((actor) -> actor.offer(new Delivery.Gone()));
        // Others may have looked already, and have missed what was claimed or started
        // under that name since.
        this.caretaker.takeOver(new EngineStore.NodeRow(before, nodeName(), false, List.of(), List.of(), List.of(),
                false, 0, this.startedAt, this.settings.buildId()));
    }

    private boolean isSuperseded(long nodeId) {
        String configured = this.settings.nodeName();
        return configured != null && this.store.nodes()
            .stream()
            .anyMatch((n) -> n.alive() && n.id() > nodeId && n.name().equals(configured));
    }

    /**
     * Finds what belongs to nobody, and what this node owns by the database's word but
     * does not hold: a claim may have been written whose answer was lost.
     */
    void sweep() {
        if (this.builds.inUse()) {
            this.store.reroute();
        }
        int swept = this.store.sweep(this.clock.instant());
        if (swept > 0) {
            logger.info("Released {} runs and activities that belonged to no node", swept);
            this.poller.wake();
        }
        Set<UUID> runs = new HashSet<>(this.store.owned(this.nodeId));
        dropTaken(runs);
        runs.removeIf((runId) -> this.resident.get(runId) != null);
        // One that was missing at the last sweep, too, is not just on its way in or out.
        runs.stream().filter(this.missing::contains).forEach(this::releaseStray);
        this.missing = runs;
        Set<EngineStore.ActivityKey> orders = new HashSet<>(this.store.ownedActivities(this.nodeId));
        orders.removeIf(this.activities::isRunning);
        List<EngineStore.ActivityKey> stray = orders.stream().filter(this.missingActivities::contains).toList();
        if (!stray.isEmpty()) {
            logger.warn("{} activities belong to this node, which does not run them: they are tried again",
                    stray.size());
            this.store.releaseStrayActivities(this.nodeId, stray, this.clock.instant());
            this.poller.wake();
        }
        this.missingActivities = orders;
    }

    /**
     * What was taken from this node and it has not heard of: whoever waits for it here
     * would wait for an actor that is not told of its end.
     */
    private void dropTaken(Set<UUID> owned) {
        List<RunActor> held = this.resident.all()
            .stream()
            .filter((actor) -> actor.isIdle() && !owned.contains(actor.runId()))
            .toList();
        held.stream().filter((actor) -> this.takenAway.contains(actor.runId())).forEach(this::evict);
        this.takenAway = held.stream().map(RunActor::runId).collect(Collectors.toSet());
    }

    /**
     * A run that this node owns but does not hold: give it back, so that it is claimed
     * anew.
     */
    void releaseStray(UUID runId) {
        if (this.resident.get(runId) == null) {
            this.store.releaseStray(runId, this.nodeId, this.clock.instant());
        }
    }

    /**
     * Takes a run into memory that was claimed under the given incarnation of this node.
     * @param history what was read of it already; null: nothing
     */
    void activate(long owner, EngineStore.ClaimedRun run, @Nullable Iterator<HistoryEvent> history) {
        if (this.controls.isPaused(run.workflowType(), run.taskQueue())) {
            // The claim was on its way when that was said.
            retrying(() -> this.releases.release(new EngineStore.Release(run.runId(), owner, run.token(), run.dueAt(),
                    Math.max(0, run.crashes() - 1), null)));
            return;
        }
        RunActor actor = RunActor.claimed(this, owner, run, history);
        if (this.resident.add(actor)) {
            this.resident.known(actor);
            launch(actor);
        }
        else {
            // The one that is here has lost the run: its next transition is refused, and
            // it ends.
            RunActor before = this.resident.get(run.runId());
            if (before != null) {
                before.offer(new Delivery.Gone());
            }
            retrying(() -> this.releases
                .release(new EngineStore.Release(run.runId(), owner, run.token(), this.clock.instant(), 0, null)));
        }
    }

    void launch(RunActor actor) {
        Thread.ofVirtual().name(actor.threadName()).inheritInheritableThreadLocals(false).start(actor);
    }

    void evict(RunActor actor) {
        actor.offer(new Delivery.Leave(new CompletableFuture<>()));
    }

    /** Drops all cached runs; returns when they have left. For tests of replay. */
    public void evictAll() {
        List<CompletableFuture<Void>> left = new ArrayList<>();
        for (RunActor actor : this.resident.all()) {
            Delivery.Leave leave = new Delivery.Leave(new CompletableFuture<>());
            if (actor.offer(leave)) {
                left.add(leave.left());
            }
        }
        CompletableFuture.allOf(left.toArray(CompletableFuture[]::new)).orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Looks for workflow code that keeps its thread too long. */
    void watchTurns() {
        long now = System.nanoTime();
        for (RunActor actor : this.turning) {
            WorkflowMachine machine = actor.machine();
            WorkflowMachine.Running turn = (machine != null) ? machine.running() : null;
            if (turn == null) {
                continue;
            }
            boolean tooLong = now - turn.sinceNanos() > this.settings.deadlockTimeout().toNanos();
            if (tooLong && this.reportedTurns.putIfAbsent(actor, now) == null) {
                String stack = stack(turn.thread());
                logger.error(
                        "[WF-DL01] Workflow {} ({}, run {}) has kept its thread for over {} without yielding. "
                                + "Blocking calls and heavy computation belong into activities. Its stack:\n{}",
                        actor.workflowId(), actor.workflowType(), actor.runId(), this.settings.deadlockTimeout(),
                        stack);
                note(actor, "[WF-DL01] Workflow code keeps its thread for over " + this.settings.deadlockTimeout()
                        + " without yielding:\n" + stack);
            }
        }
        this.reportedTurns.keySet().removeIf(this::hasGivenBack);
        this.carriers.makeUpFor(this.reportedTurns.size());
        this.carrierWatch.look();
    }

    private boolean hasGivenBack(RunActor actor) {
        if (this.turning.contains(actor)) {
            return false;
        }
        if (this.resident.get(actor.runId()) == actor) {
            logger.warn("Workflow {} has given its thread back", actor.workflowId());
            note(actor, null);
        }
        return true;
    }

    /** A run whose code runs from now on. */
    void turnBegins(RunActor actor) {
        this.turning.add(actor);
    }

    /** Its code has blocked or ended. */
    void turnEnds(RunActor actor) {
        this.turning.remove(actor);
    }

    /**
     * Writes it on a thread of its own: the heart, which calls, must neither wait for the
     * database nor stop with it. It is a platform thread, for what is wrong may be that
     * no virtual thread goes on.
     */
    void note(RunActor actor, @Nullable String problem) {
        Thread.ofPlatform().daemon(true).name("note-" + actor.workflowId()).start(() -> {
            try {
                this.store.noteProblem(actor.runId(), actor.owner(), actor.token(),
                        (problem != null) ? this.json.writeProblem(Texts.storable(problem, 4_000)) : null);
            }
            catch (StoreException ex) {
                logger.debug("The problem of {} was not noted: {}", actor.workflowId(), ex.getMessage());
            }
        });
    }

    static String stack(Thread thread) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append("\tat ").append(frame).append('\n');
        }
        return text.toString();
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

    /**
     * Hands an activity's end to its run: through the mailbox where the run is here, else
     * through its inbox.
     * @param idle takes an actor that has no thread, to lend it one
     */
    void deliver(EngineStore.ClaimedActivity activity, ActivityOutcome outcome, long owner, Consumer<RunActor> idle) {
        UUID runId = activity.key().runId();
        RunActor actor = this.resident.get(runId);
        Delivery.Outcome delivery = new Delivery.Outcome(activity.key().scheduledEventId(), outcome, activity.attempt(),
                null);
        if (actor != null && actor.owner() == owner && actor.offer(delivery, idle)) {
            return;
        }
        deliverThroughInbox(activity, outcome, owner);
    }

    void deliverThroughInbox(EngineStore.ClaimedActivity activity, ActivityOutcome outcome, long owner) {
        Delivery.Outcome delivery = new Delivery.Outcome(activity.key().scheduledEventId(), outcome, activity.attempt(),
                null);
        retrying(() -> spill(activity.key().runId(), activity.workflowId(), owner, delivery));
    }

    /** A transactional activity has committed its result. */
    void resultDelivered(EngineStore.ClaimedActivity activity, EngineStore.Delivered delivered, ActivityOutcome outcome,
            Consumer<RunActor> idle) {
        RunActor actor = this.resident.get(activity.key().runId());
        if (actor != null && delivered.messageId() > 0
                && actor.offer(new Delivery.Outcome(activity.key().scheduledEventId(), outcome, activity.attempt(),
                        delivered.messageId()), idle)) {
            return;
        }
        announce(activity.key().runId(), delivered);
    }

    /**
     * Puts something into the inbox table that could not go through a mailbox; returns
     * whether it found its run.
     */
    boolean spill(UUID runId, String workflowId, long owner, Delivery.Input input) {
        Instant now = this.clock.instant();
        EngineStore.Delivered delivered = switch (input) {
            case Delivery.Outcome outcome ->
                this.store.deliverOutcome(new EngineStore.ActivityKey(runId, outcome.scheduledEventId()),
                        outcome.guard(), owner, this.json.writeOutcome(outcome.outcome()), now);
            case Delivery.Signal signal -> deliverToOpen(runId, new Transition.NewMessage(Message.Kind.SIGNAL,
                    signal.call().name(), signal.requestId(), this.json.writeCall(signal.call())));
            case Delivery.Update update -> deliverToOpen(runId, new Transition.NewMessage(Message.Kind.UPDATE,
                    update.call().name(), update.updateId(), this.json.writeCall(update.call())));
            // Whoever has the run next repeats it.
            case Delivery.LocalOutcome local -> null;
            case Delivery.Cancel cancel -> deliverToOpen(runId, new Transition.NewMessage(Message.Kind.CANCEL, null,
                    null, this.json.writeRequest(cancel.request())));
            // These come from the inbox and stay in it.
            case Delivery.Answer answer -> null;
            case Delivery.ChildClosed closed -> null;
            case Delivery.Note note -> null;
        };
        if (delivered != null) {
            announce(runId, delivered);
        }
        switch (input) {
            case Delivery.Signal signal -> acknowledge(signal.acknowledged(), delivered, workflowId);
            case Delivery.Cancel cancel -> acknowledge(cancel.acknowledged(), delivered, workflowId);
            case Delivery.Update update -> {
                if (delivered != null) {
                    this.updates.sentAs(runId, update.updateId(), delivered.messageId());
                }
            }
            case Delivery.Answer answer -> {
                // As above.
            }
            case Delivery.ChildClosed closed -> {
                // As above.
            }
            case Delivery.Note note -> {
                // As above.
            }
            case Delivery.LocalOutcome local -> {
                // Nobody waits for it.
            }
            case Delivery.Outcome outcome -> {
                // An outcome that finds no row belongs to an attempt that others have
                // repeated or given up.
            }
        }
        return delivered != null;
    }

    /** To the run, or, where that has gone on in another one, to the one that is open. */
    private EngineStore.@Nullable Delivered deliverToOpen(UUID runId, Transition.NewMessage message) {
        EngineStore.Delivered delivered = this.store.deliver(runId, message, this.clock.instant());
        if (delivered != null) {
            return delivered;
        }
        EngineStore.ExecutionRow ended = this.store.execution(runId);
        UUID next = (ended != null) ? ended.continuedRunId() : null;
        return (next != null) ? deliverToOpen(next, message) : null;
    }

    private static void acknowledge(CompletableFuture<Void> future, EngineStore.@Nullable Delivered delivered,
            String workflowId) {
        if (delivered != null) {
            future.complete(null);
        }
        else {
            future.completeExceptionally(new dev.workflow.client.WorkflowNotFoundException(workflowId));
        }
    }

    /** Tells whoever holds the run, or may claim it, that its inbox has something. */
    void announce(UUID runId, EngineStore.Delivered delivered) {
        RunActor actor = this.resident.get(runId);
        if (actor != null && actor.offer(new Delivery.InboxHint())) {
            return;
        }
        if (delivered.owner() == 0) {
            this.poller.claimSoon(runId);
            this.wakeups.due(delivered.taskQueue());
        }
        else if (delivered.owner() != this.nodeId) {
            this.wakeups.messageFor(delivered.owner(), runId);
        }
        else {
            this.poller.wake();
        }
    }

    /** What the parent of a run that has ended is told. */
    Transition.NewMessage childNotice(long initiatedEventId, WorkflowStatus status, String runId,
            @Nullable String result, @Nullable String failure) {
        ChildOutcome outcome = new ChildOutcome(status, runId, (result != null) ? this.json.readPayload(result) : null,
                (failure != null) ? this.json.readFailure(failure) : null);
        String order = Long.toString(initiatedEventId);
        return new Transition.NewMessage(Message.Kind.CHILD, order, order, this.json.writeChildOutcome(outcome));
    }

    /**
     * Wakes those for whom a transition has written something: children and targets that
     * are here at once, the others by a look of every node.
     */
    void wakeRelated(Relations relations) {
        boolean elsewhere = relations.orphaned() != null;
        for (Relations.Child child : relations.children()) {
            Transition.NewExecution execution = child.execution();
            this.admissions.begun(execution);
            if (runsHere(execution.workflowType(), execution.taskQueue()) && this.builds.isMine(execution.version())) {
                this.poller.claimSoon(execution);
            }
            else {
                elsewhere = true;
            }
        }
        // Many children are shared with whoever else has time.
        elsewhere |= relations.children().size() > CHILDREN_TO_KEEP;
        for (Relations.Ask ask : relations.asks()) {
            elsewhere |= !hint(this.resident.get(ask.workflowId()));
        }
        Relations.Parent parent = relations.parent();
        if (parent != null && parent.notice() != null) {
            elsewhere |= !hint(this.resident.get(parent.runId()));
        }
        if (elsewhere) {
            this.wakeups.due("");
        }
    }

    private static boolean hint(@Nullable RunActor actor) {
        return actor != null && actor.offer(new Delivery.InboxHint());
    }

    /** Ends a run whose inbox asks for it. */
    void terminateAsAsked(UUID runId) {
        this.store.terminationAsked(runId).ifPresent((request) -> terminate(runId, this.json.readRequest(request)));
    }

    boolean terminate(UUID runId, Request request) {
        FailureInfo failure = FailureInfo.terminated(request.reason());
        String encoded = this.json.write(failure);
        EngineStore.TerminatedRun ended = this.store.terminate(runId,
                new EngineStore.Termination(encoded, request.reason(), request.identity(),
                        (order) -> childNotice(order, WorkflowStatus.TERMINATED, runId.toString(), null, encoded),
                        this.json.writeText(ChildStarts.PARENT_ENDED)),
                this.clock.instant());
        if (ended == null) {
            return false;
        }
        dropped(ended);
        settle(ended);
        return true;
    }

    /** Drops a run that was ended from outside; only enqueues. */
    void dropped(EngineStore.TerminatedRun ended) {
        taken(ended.runId(), ended.owner());
        // Its children, and a parent that is elsewhere, are found by a look of every
        // node.
        hint((ended.parentRunId() != null) ? this.resident.get(ended.parentRunId()) : null);
        this.wakeups.due("");
    }

    /** What else is to be done once a run was ended from outside. */
    void settle(EngineStore.TerminatedRun ended) {
        forgetActivities(ended.runId());
        for (EngineStore.ExecutionRow row : this.store.closed(List.of(ended.runId()))) {
            this.results.closedHere(outcome(row));
            this.metrics.workflowClosed(row.workflowType(), row.status(),
                    Duration.between(row.startedAt(), this.clock.instant()));
            this.admissions.ended(row.workflowType(), row.firstRunId());
        }
    }

    /**
     * Who acts on this thread, for the histories: the principal, where a propagator names
     * one, else this node.
     */
    public String identity() {
        String acting = this.acting.get();
        if (acting != null) {
            return acting;
        }
        String principal = interceptors().context().capture(Map.of()).get(ContextPropagator.PRINCIPAL);
        return (principal != null) ? principal : nodeName();
    }

    /** In whose name the calling thread acts, if somebody said so. */
    @Nullable String acting() {
        return this.acting.get();
    }

    String identity(Operator operator) {
        String named = operator.identity();
        return Texts.storable((named != null) ? named : identity(), MAX_IDENTITY);
    }

    /**
     * In whose name the calling thread acts from now on.
     * @param identity who; null: nothing changes
     */
    WorkflowService.Acting actAs(@Nullable String identity) {
        String before = this.acting.get();
        if (identity != null) {
            this.acting.set(identity);
        }
        return () -> {
            if (before != null) {
                this.acting.set(before);
            }
            else {
                this.acting.remove();
            }
        };
    }

    /** What is recorded of something that is done to what is no run. */
    OperatorAction operatorAction(String action, OperatorAction.Subject subject, String name, Operator operator) {
        String reason = operator.reason();
        return new OperatorAction(0, this.clock.instant(), identity(operator), action, subject, name,
                (reason != null) ? Texts.storable(reason, MAX_REASON) : null, null);
    }

    /** Has the node that held a run, which has been taken from it, drop it. */
    void taken(UUID runId, long owner) {
        RunActor actor = this.resident.get(runId);
        if (actor != null) {
            actor.offer(new Delivery.Gone());
        }
        if (owner != 0 && owner != this.nodeId) {
            this.wakeups.taken(owner, runId);
        }
    }

    /** What it misses is never run again, and removed in the end. */
    private void forgetActivities(UUID runId) {
        try {
            this.store.forgetActivities(runId);
        }
        catch (StoreException ex) {
            logger.debug("Activities of {} are left: {}", runId, ex.getMessage());
        }
    }

    WorkflowOutcome outcome(EngineStore.ExecutionRow row) {
        return new WorkflowOutcome(row.workflowId(), row.runId().toString(), row.workflowType(), row.status(),
                (row.result() != null) ? this.json.readPayload(row.result()) : null,
                (row.failure() != null) ? this.json.readFailure(row.failure()) : null,
                (row.continuedRunId() != null) ? row.continuedRunId().toString() : null);
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
        long before = moves();
        return this.timers.isIdle() && this.poller.isIdle() && this.admissions.isIdle() && this.committer.isIdle()
                && this.resident.all().stream().allMatch(RunActor::isIdle) && this.activities.isIdle()
                && this.localActivities.isIdle() && !hasWork() && this.schedules.isQuiet() && moves() == before;
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

    private boolean hasWork() {
        return this.store.hasWork(this.poller.servedTypes(), this.activities.free(), this.clock.instant());
    }

    /**
     * When the next timer or deadline of this node, or of anything that waits for it in
     * the database, is due.
     */
    public Optional<Instant> nextDue() {
        Optional<Instant> here = Stream.of(this.timers.next(), this.schedules.next())
            .flatMap(Optional::stream)
            .min(Comparator.naturalOrder());
        Optional<Instant> there = this.store.nextDue(this.poller.servedTypes(), this.activities.free());
        if (here.isPresent() && there.isPresent()) {
            return here.get().isBefore(there.get()) ? here : there;
        }
        return here.isPresent() ? here : there;
    }

    /**
     * What still runs or waits to run, in words, for whom {@link #isQuiet()} disappoints.
     */
    public List<String> unfinished() {
        List<String> unfinished = new ArrayList<>();
        this.activities.running().forEach((attempt) -> unfinished.add(attempt.toString()));
        if (!this.localActivities.isIdle()) {
            unfinished.add(this.localActivities.underWay() + " local activities");
        }
        for (RunActor actor : this.resident.all()) {
            if (!actor.isIdle()) {
                WorkflowMachine machine = actor.machine();
                WorkflowMachine.Running turn = (machine != null) ? machine.running() : null;
                unfinished.add("Workflow " + actor.workflowId() + " (" + actor.workflowType() + ")"
                        + ((turn != null) ? ", whose code is here:\n" + stack(turn.thread()) : ""));
            }
        }
        if (hasWork()) {
            unfinished.add("There are runs, activities or messages in the database that are due");
        }
        if (!this.schedules.isQuiet()) {
            unfinished.add("A schedule is due");
        }
        this.backlogs.forEach((backlog) -> unfinished
            .add(backlog.count() + " due in task queue " + backlog.taskQueue() + " at the last heartbeat"));
        return unfinished;
    }

    /**
     * A run was started and belongs to nobody: who can run it is woken.
     * @param waits whether it may have to wait for a place
     */
    void begun(Transition.NewExecution execution, boolean waits) {
        this.metrics.workflowStarted(execution.workflowType(), execution.taskQueue());
        if (execution.dueAt().isAfter(this.clock.instant())) {
            wakeAt(execution.dueAt(), execution.taskQueue());
            return;
        }
        if (waits) {
            this.admissions.begun(execution);
            return;
        }
        if (runsHere(execution.workflowType(), execution.taskQueue())
                && this.builds.isMine(execution.taskQueue(), execution.workflowId())) {
            this.poller.claimSoon(execution);
        }
        else {
            this.wakeups.due(execution.taskQueue());
        }
    }

    /** Has this node look for what is due at that time. */
    void pollAt(Instant due) {
        if (isSoon(due)) {
            this.timers.at(due, this.poller::wake);
        }
    }

    /** Has all nodes look for what is due at that time. */
    void wakeAt(Instant due, String taskQueue) {
        if (isSoon(due)) {
            this.timers.at(due, () -> this.wakeups.due(taskQueue));
        }
    }

    /**
     * What is due later is found by a poll, hardly later: a node that remembered all that
     * it ever gave away would fill its memory.
     */
    private boolean isSoon(Instant due) {
        return due.isBefore(this.clock.instant().plus(SOON));
    }

    /** Looks at the clock again, after it was moved. */
    public void clockMoved() {
        this.timers.wake();
        this.poller.wake();
        this.schedules.wake();
    }

    @Override
    public boolean isRunning() {
        return !this.stopped;
    }

    boolean isWorking() {
        return this.working;
    }

    /**
     * Whether this node serves the queue and knows the type, so that it can run the
     * workflow itself.
     */
    boolean runsHere(String workflowType, String taskQueue) {
        return this.working && this.types.workflow(workflowType) != null && this.types.taskQueues().contains(taskQueue)
                && !this.controls.isPaused(workflowType, taskQueue);
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
        return this.working && this.heart.nodes().size() == 1;
    }

    /** How many transitions were refused because their run had gone to somebody else. */
    public long refusedCommits() {
        return this.refusals.sum();
    }

    /** From how many dead nodes this one has taken over. */
    public long takeoverCount() {
        return this.takeovers.sum();
    }

    @Override
    public int cachedRuns() {
        return this.resident.size();
    }

    @Override
    public Collection<String> taskQueues() {
        return this.types.taskQueues();
    }

    @Override
    public Collection<String> waitingQueues() {
        return this.backlogs.stream().map(EngineStore.Backlog::taskQueue).distinct().sorted().toList();
    }

    @Override
    public int activitySlots(String taskQueue) {
        return Objects.requireNonNullElseGet(this.controls.activitySlotsOf(taskQueue),
                () -> this.settings.activitySlotsOf(taskQueue));
    }

    @Override
    public int activitySlotsUsed(String taskQueue) {
        return this.activities.used(taskQueue);
    }

    @Override
    public int transactionalSlots() {
        return this.activities.transactional().limit();
    }

    @Override
    public int transactionalSlotsUsed() {
        return this.activities.transactional().used();
    }

    @Override
    public int liveNodes() {
        return this.heart.nodes().size();
    }

    @Override
    public long backlog(String taskQueue) {
        return this.backlogs.stream()
            .filter((b) -> b.taskQueue().equals(taskQueue))
            .mapToLong(EngineStore.Backlog::count)
            .sum();
    }

    @Override
    public Duration backlogAge(String taskQueue) {
        return this.backlogs.stream()
            .filter((b) -> b.taskQueue().equals(taskQueue))
            .map((b) -> Duration.between(b.oldestDue(), this.clock.instant()))
            .filter(Duration::isPositive)
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    }

    @Override
    public boolean isPaused(String taskQueue) {
        return this.controls.isQueuePaused(taskQueue);
    }

    @Override
    public DatabaseSample database() {
        return this.sample;
    }

    @Override
    public Duration oldestTransactionalActivity() {
        Instant oldest = this.activities.oldestTransaction();
        Duration age = (oldest != null) ? Duration.between(oldest, this.clock.instant()) : Duration.ZERO;
        return age.isNegative() ? Duration.ZERO : age;
    }

    @Override
    public long lostNotifications() {
        return this.wakeups.lost();
    }

    /** Looks at the database, and whether notifications arrive. */
    void sample() {
        this.counting.lock();
        try {
            this.wakeups.probe();
            this.sample = this.store.sample();
            this.operations.sample();
        }
        finally {
            this.counting.unlock();
        }
    }

    @Override
    public List<WaitingForBuild> waitingForBuilds() {
        return this.waitingForBuilds;
    }

    @Override
    public ScheduleGauges scheduleGauges() {
        return this.schedules;
    }

    @Override
    public OperationGauges operationGauges() {
        return this.operations;
    }

    @Override
    public Duration clockSkew() {
        return this.clock.offset().negated();
    }

    @Override
    public Duration sinceLastHeartbeat() {
        return this.heart.sinceLastSuccess();
    }

    /** The incarnation of this node, as the database knows it. */
    public long nodeId() {
        return this.nodeId;
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

    FailureConverter failures() {
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

    Caretaker caretaker() {
        return this.caretaker;
    }

    LongAdder takeovers() {
        return this.takeovers;
    }

}

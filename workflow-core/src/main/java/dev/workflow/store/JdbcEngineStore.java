package dev.workflow.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import javax.sql.DataSource;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.AdmissionStore;
import dev.workflow.engine.DatabaseSample;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.FairnessStore;
import dev.workflow.engine.Message;
import dev.workflow.engine.QueueVersions;
import dev.workflow.engine.ResetPlan;
import dev.workflow.engine.ScheduleStore;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.Transition;
import dev.workflow.history.HistoryEvent;
import dev.workflow.payload.PayloadCodecs;
import org.jspecify.annotations.Nullable;

/**
 * The engine's store on PostgreSQL. Hot statements go to JDBC, not through the session of
 * the application, which would flush it and empty its caches. Each table has a class;
 * this one hands out.
 */
public final class JdbcEngineStore implements EngineStore {

    private final CallerConnections callers;

    private final Sessions sessions;

    private final InstantSource clock;

    private final TransitionWriter transitions;

    private final LoneTransitionWriter alone;

    private final RunTable runs;

    private final ActivityTable activities;

    private final MessageTable messages;

    private final RecordTable records;

    private final OperatorActionTable actions;

    private final ScheduleTable schedules;

    private final ExecutionTable executions;

    private final RunResets resets;

    private final RunDeletes deletes;

    private final NodeTable nodes;

    private final SteeringTable steering;

    private final VersionTable versions;

    private final PauseTable pauses;

    private final LimitTable limits;

    private final FairnessTable fairness;

    private final AdmissionTable admissions;

    private final DatabaseProbe probe;

    private final NotificationChannel notifications;

    /**
     * A store that encodes no payloads.
     * @param engineDataSource connections of the engine's own, with its session settings
     * @param applicationDataSource what the application's transactions are bound to
     * @param schema the schema of the tables, or null for the one on the search path
     * @param clock the engine's time
     */
    public JdbcEngineStore(DataSource engineDataSource, DataSource applicationDataSource, @Nullable String schema,
            InstantSource clock) {
        this(engineDataSource, engineDataSource, applicationDataSource, schema, clock, PayloadCodecs.NONE);
    }

    /**
     * A store whose node stays alive however busy it is.
     * @param engineDataSource connections of the engine's own, with its session settings
     * @param heartDataSource the same for heartbeats, which must not wait behind anything
     * else
     * @param applicationDataSource what the application's transactions are bound to
     * @param schema the schema of the tables, or null for the one on the search path
     * @param clock the engine's time
     * @param codecs what payloads in histories go through
     */
    public JdbcEngineStore(DataSource engineDataSource, DataSource heartDataSource, DataSource applicationDataSource,
            @Nullable String schema, InstantSource clock, PayloadCodecs codecs) {
        this.callers = new CallerConnections(applicationDataSource);
        this.sessions = new Sessions(engineDataSource, schema);
        this.clock = clock;
        this.transitions = new TransitionWriter(this.sessions);
        this.alone = new LoneTransitionWriter(this.sessions);
        this.runs = new RunTable(this.sessions);
        this.activities = new ActivityTable(this.sessions, codecs);
        this.messages = new MessageTable(this.sessions);
        this.records = new RecordTable(this.sessions);
        this.actions = new OperatorActionTable(this.sessions);
        this.schedules = new ScheduleTable(this.sessions, this.callers, this.transitions, this.messages);
        this.executions = new ExecutionTable(this.sessions, codecs);
        this.steering = new SteeringTable(this.sessions, this.messages);
        this.pauses = new PauseTable(this.sessions, this.messages, this.actions, codecs);
        this.limits = new LimitTable(this.sessions, this.actions);
        this.fairness = new FairnessTable(this.sessions, this.runs, this.activities, this.actions);
        this.admissions = new AdmissionTable(this.sessions, this.actions, codecs);
        this.probe = new DatabaseProbe(this.sessions);
        this.notifications = new NotificationChannel(this.sessions);
        this.deletes = new RunDeletes(this.sessions, this.actions);
        this.resets = new RunResets(this.sessions, this.executions, codecs);
        Sessions heart = new Sessions(heartDataSource, schema);
        this.versions = new VersionTable(heart, this.sessions, this.actions);
        this.nodes = new NodeTable(heart, this.sessions, this.runs);
    }

    @Override
    public List<Transition.Result> commit(List<Transition> batch) {
        if (batch.size() == 1 && LoneTransitionWriter.isOrdinary(batch.getFirst())
                && this.alone.write(batch.getFirst())) {
            return List.of(new Transition.Result.Committed());
        }
        return this.sessions.transaction((connection) -> this.transitions.write(connection, batch));
    }

    @Override
    public boolean wasCommitted(Transition transition) {
        Transition.EventRow stored = this.executions.row(transition.runId(), transition.lastEvent());
        if (stored == null) {
            return false;
        }
        List<Transition.EventRow> events = transition.events();
        // A start of which only the first event is written; others leave no trace.
        return events.isEmpty() ? transition.start() != null : stored.equals(events.getLast());
    }

    @Override
    public @Nullable CallerTransaction callerTransaction() {
        return SpringCallerTransaction.current(this.callers, this.transitions, this.messages, this.executions,
                this.resets, this.activities);
    }

    @Override
    public List<ClaimedRun> claimDue(long owner, List<SlotRequest> slots, Instant now, @Nullable String build) {
        return this.runs.claimDue(owner, slots, now, build, false);
    }

    @Override
    public List<ClaimedRun> claim(long owner, Collection<ServedType> types, Collection<UUID> runIds,
            @Nullable String build) {
        return this.runs.claim(owner, types, runIds, this.clock.instant(), build);
    }

    @Override
    public List<QueueVersions> versions() {
        return this.versions.all();
    }

    @Override
    public void changeVersions(String taskQueue, VersionsChange change, OperatorAction action) {
        this.versions.change(taskQueue, change, action, this.clock.instant());
    }

    @Override
    public void reroute() {
        this.versions.reroute();
    }

    @Override
    public void handOver(long owner, Collection<HandOver> handedOver) {
        this.versions.handOver(owner, handedOver);
    }

    @Override
    public Map<String, Long> pinnedRuns(String taskQueue) {
        return this.versions.pinned(taskQueue);
    }

    @Override
    public List<RouteBacklog> routeBacklogs(Instant now) {
        return this.versions.backlogs(now);
    }

    @Override
    public List<WaitingRun> runsWithMessages(long owner, Collection<ServedType> types, int limit) {
        return this.runs.withMessages(owner, types, limit, this.clock.instant());
    }

    @Override
    public Iterator<HistoryEvent> history(UUID runId, long afterEventId) {
        return this.executions.history(runId, afterEventId);
    }

    @Override
    public Map<UUID, Beginning> beginnings(List<ClaimedRun> runs) {
        Set<UUID> withMessages = this.messages.waitingFor(runs.stream().map(ClaimedRun::runId).toList());
        Map<UUID, Beginning> beginnings = new HashMap<>();
        this.executions.histories(runs)
            .forEach((runId, history) -> beginnings.put(runId, new Beginning(history, withMessages.contains(runId))));
        return beginnings;
    }

    @Override
    public List<HistoryEvent> historyPage(UUID runId, long afterEventId, int limit) {
        return this.executions.page(runId, afterEventId, limit);
    }

    @Override
    public List<HistoryEvent> events(UUID runId, List<String> eventTypes) {
        return this.executions.events(runId, eventTypes);
    }

    @Override
    public List<Message> inbox(UUID runId, long after, int limit) {
        return this.messages.inbox(runId, after, limit);
    }

    @Override
    public long lastInInbox(UUID runId) {
        return this.messages.lastInInbox(runId);
    }

    @Override
    public List<Message> inboxAfter(UUID runId, long messageId) {
        return this.messages.inboxAfter(runId, messageId);
    }

    @Override
    public Optional<String> terminationAsked(UUID runId) {
        return this.messages.terminationAsked(runId);
    }

    @Override
    public List<Released> release(List<Release> ended) {
        return this.runs.release(ended, this.clock.instant());
    }

    @Override
    public void releaseStray(UUID runId, long owner, Instant now) {
        this.runs.releaseStray(runId, owner, now);
    }

    @Override
    public void noteProblem(UUID runId, long owner, int token, @Nullable String problem) {
        this.runs.noteProblem(runId, owner, token, problem);
    }

    @Override
    public void announceEnd(UUID runId, long owner, int token, Duration moment) {
        this.runs.announceEnd(runId, owner, token, moment);
    }

    @Override
    public @Nullable Delivered deliver(UUID runId, Transition.NewMessage message, Instant now) {
        Delivered delivered = this.sessions
            .single((connection) -> this.messages.deliver(connection, runId, message, now, true));
        if (delivered != null && delivered.messageId() == MessageTable.RUN_IS_ENDING) {
            throw new StoreException(StoreException.Kind.LOCKED, "Run " + runId + " is about to end", null);
        }
        return delivered;
    }

    @Override
    public @Nullable Delivered deliverOutcome(ActivityKey activity, int attempt, long owner, String payload,
            Instant now) {
        return this.sessions
            .single((connection) -> this.messages.deliverOutcome(connection, activity, attempt, owner, payload, now));
    }

    @Override
    public List<ClaimedActivity> claimActivities(long owner, List<SlotRequest> slots, Instant now) {
        return this.activities.claim(owner, slots, now, false);
    }

    @Override
    public boolean retryLater(ActivityKey activity, int attempt, @Nullable Long owner, Instant dueAt, String failure) {
        return this.activities.retryLater(activity, attempt, owner, dueAt, failure);
    }

    @Override
    public boolean postpone(ActivityKey activity, int attempt, long owner, Instant dueAt, String reason) {
        return this.activities.postpone(activity, attempt, owner, dueAt, reason);
    }

    @Override
    public void handBack(long owner, Map<ActivityKey, Integer> attempts) {
        this.activities.handBack(owner, attempts, null);
    }

    @Override
    public boolean completesLater(ActivityKey activity, int attempt, long owner, Instant dueAt, Instant closesAt) {
        return this.activities.completesLater(activity, attempt, owner, dueAt, closesAt);
    }

    @Override
    public Optional<Boolean> heartbeat(ActivityKey activity, int attempt, @Nullable String details,
            @Nullable Instant dueAt) {
        return this.activities.heartbeat(activity, attempt, details, dueAt);
    }

    @Override
    public Optional<PendingActivityRow> seize(ActivityKey activity, boolean unstartedOnly) {
        return this.activities.seize(activity, unstartedOnly);
    }

    @Override
    public List<PendingActivityRow> pendingActivities(UUID runId) {
        return this.activities.ofRun(runId);
    }

    @Override
    public @Nullable Delivered steer(ActivityKey activity, ActivityChange change, Instant now) {
        return this.steering.steer(activity, change, now);
    }

    @Override
    public @Nullable PausedRun pause(UUID runId, OperatorNote note, String problem, Instant now) {
        return this.pauses.pause(runId, note, problem, now);
    }

    @Override
    public @Nullable PausedRun unpause(UUID runId, OperatorNote note, Instant now) {
        return this.pauses.unpause(runId, note, now);
    }

    @Override
    public FairnessStore fairness() {
        return this.fairness;
    }

    @Override
    public List<Control> controls() {
        return this.pauses.controls();
    }

    @Override
    public void pause(Control control, OperatorAction action) {
        this.pauses.pause(control, action);
    }

    @Override
    public void unpause(Control.Kind kind, String name, OperatorAction action) {
        this.pauses.unpause(kind, name, action);
    }

    @Override
    public void limitRate(String taskQueue, @Nullable Double perSecond, Instant now, OperatorAction action) {
        this.limits.limitRate(taskQueue, perSecond, now, action);
    }

    @Override
    public void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots,
            OperatorAction action) {
        this.limits.setSlots(taskQueue, activitySlots, workflowSlots, action);
    }

    @Override
    public @Nullable Integer lease(String taskQueue, int wanted, Instant now) {
        return this.limits.lease(taskQueue, wanted, now);
    }

    @Override
    public @Nullable ClaimedActivity activity(ActivityKey activity) {
        return this.activities.find(activity);
    }

    @Override
    public @Nullable TerminatedRun terminate(UUID runId, Termination end, Instant now) {
        return this.executions.terminate(runId, end, now);
    }

    @Override
    public ResetPlan.Result reset(ResetPlan plan) {
        return this.sessions.transaction((connection) -> this.resets.reset(connection, plan));
    }

    @Override
    public List<EndedRun> startedBefore(UUID after, Instant before, int limit) {
        return this.deletes.startedBefore(after, before, limit);
    }

    @Override
    public int delete(List<UUID> runIds, BooleanSupplier goOn, @Nullable OperatorAction action) {
        return this.deletes.delete(runIds, goOn, action);
    }

    @Override
    public List<OperatorAction> operatorActions(OperatorAction.@Nullable Subject subject, @Nullable String name,
            long before, int limit) {
        return this.actions.list(subject, name, before, limit);
    }

    @Override
    public List<ChildRow> openChildren(UUID runId) {
        return this.executions.openChildren(runId);
    }

    @Override
    public void forgetActivities(UUID runId) {
        this.activities.forget(runId);
    }

    @Override
    public @Nullable ExecutionRow execution(String workflowId) {
        return this.executions.latest(workflowId);
    }

    @Override
    public @Nullable ExecutionRow execution(UUID runId) {
        return this.executions.find(runId);
    }

    @Override
    public Ends ends(Collection<UUID> runIds) {
        return this.executions.ends(runIds);
    }

    @Override
    public @Nullable Message message(UUID runId, long messageId) {
        return this.messages.find(runId, messageId);
    }

    @Override
    public @Nullable Message reply(UUID runId, String updateId) {
        return this.messages.reply(runId, updateId);
    }

    @Override
    public void removeMessage(UUID runId, long messageId) {
        this.messages.remove(runId, messageId);
    }

    @Override
    public long register(NodeRow node) {
        return this.nodes.register(node);
    }

    @Override
    public boolean heartbeat(long nodeId, int slots, int slotsUsed, int cachedRuns, Instant now) {
        return this.nodes.heartbeat(nodeId, slots, slotsUsed, cachedRuns, now);
    }

    @Override
    public List<NodeRow> nodes() {
        return this.nodes.all();
    }

    @Override
    public Instant databaseTime() {
        return this.nodes.databaseTime();
    }

    @Override
    public boolean declareDead(long nodeId, long counterSeen) {
        return this.nodes.declareDead(nodeId, counterSeen);
    }

    @Override
    public int releaseDead(long nodeId, Instant now, int batch, BooleanSupplier goOn) {
        int released = this.runs.releaseDead(nodeId, now, batch, goOn);
        return released + this.activities.releaseDead(nodeId, now, batch, goOn);
    }

    @Override
    public void unregister(long nodeId) {
        this.nodes.unregister(nodeId);
    }

    @Override
    public boolean unregisterDead(long nodeId) {
        return this.nodes.unregisterDead(nodeId);
    }

    @Override
    public List<Backlog> backlogs(Instant now) {
        return this.runs.backlogs(now);
    }

    @Override
    public DatabaseSample sample() {
        return this.probe.look();
    }

    @Override
    public int sweep(Instant now) {
        return this.runs.sweep(now) + this.activities.sweep(now);
    }

    @Override
    public void clean(Instant now) {
        this.activities.clean();
        this.messages.clean(now);
    }

    @Override
    public Map<String, RateLimit> rateLimits() {
        return this.limits.all(this.clock.instant());
    }

    @Override
    public int deleteRecords(RecordKind kind, Instant before, int limit) {
        return switch (kind) {
            case BATCH -> this.records.deleteBatches(before, limit);
            case OPERATOR_ACTION -> this.actions.deleteOld(before, limit);
        };
    }

    @Override
    public Ownership ownership(long owner) {
        return this.runs.ownership(owner);
    }

    @Override
    public List<UUID> owned(long owner) {
        return this.runs.owned(owner);
    }

    @Override
    public List<ActivityKey> ownedActivities(long owner) {
        return this.activities.owned(owner);
    }

    @Override
    public List<ActivityStanding> standings(Collection<ActivityKey> keys) {
        return this.activities.standings(keys);
    }

    @Override
    public void releaseStrayActivities(long owner, Collection<ActivityKey> keys, Instant now) {
        this.activities.releaseStray(owner, keys, now);
    }

    @Override
    public List<ServedType> unknownTypes(Collection<String> taskQueues, Collection<String> knownTypes) {
        return this.runs.unknownTypes(taskQueues, knownTypes);
    }

    @Override
    public List<String> unknownActivityTypes(String taskQueue, Collection<String> knownTypes) {
        return this.activities.unknownTypes(taskQueue, knownTypes);
    }

    @Override
    public Optional<Instant> nextDue(Collection<ServedType> types, List<SlotRequest> slots) {
        return this.runs.nextDue(types, slots);
    }

    @Override
    public boolean hasWork(Collection<ServedType> types, List<SlotRequest> slots, Instant now) {
        return this.runs.hasWork(types, slots, now);
    }

    @Override
    public boolean mayHaveWork(Collection<ServedType> types, List<SlotRequest> slots, Instant now, boolean withKeys) {
        return this.runs.mayHaveWork(types, slots, now, withKeys);
    }

    @Override
    public byte[] secret(String name) {
        return this.nodes.secret(name);
    }

    @Override
    public ScheduleStore schedules() {
        return this.schedules;
    }

    @Override
    public AdmissionStore admissions() {
        return this.admissions;
    }

    @Override
    public void notify(Collection<String> payloads) {
        this.notifications.send(payloads);
    }

    @Override
    public void listen(WakeupListener listener) {
        this.notifications.listen(listener);
    }

}

package dev.workflow.engine;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import dev.workflow.ActivityContext;
import dev.workflow.ActivityInfo;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.RetryPolicy;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.UnreadablePayloadException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One attempt of an activity on this node.
 *
 * <pre>
 * RUNNING ──returns or throws──▶ ENDED
 *    │  └──time-out, shutdown──▶ ENDED   (what the method does afterwards counts for nothing)
 *    └──result is being committed──▶ COMMITTING ──▶ ENDED
 * </pre>
 *
 * Whoever moves it out of RUNNING decides how the attempt ends, so that a time-out and a
 * result never both count. An attempt in a transaction commits its result together with
 * its work; the database refuses that when the attempt is not the current one any more,
 * and the work rolls back with it.
 */
final class Attempt implements ThreadStep, ActivityContext {

    private static final Logger logger = LoggerFactory.getLogger(Attempt.class);

    /** How long an activity waits whose input or state cannot be decoded here. */
    private static final Duration UNREADABLE_PAUSE = Duration.ofSeconds(10);

    private enum Phase {

        RUNNING, COMMITTING, ENDED

    }

    private final WorkflowEngine engine;

    private final EngineStore.ClaimedActivity activity;

    private final ActivityTaskScheduled order;

    private final long owner;

    private final int number;

    private volatile Instant startedAt;

    private long began;

    private volatile boolean begun;

    private boolean called;

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.RUNNING);

    private final AttemptThread thread;

    private final Heartbeats heartbeats;

    private volatile boolean cancelRequested;

    private volatile boolean lost;

    private volatile boolean completesLater;

    private volatile boolean resultMayBeRecorded;

    private volatile TimerQueue.@Nullable Entry deadlineTimer;

    private volatile TimerQueue.@Nullable Entry heartbeatTimer;

    Attempt(WorkflowEngine engine, EngineStore.ClaimedActivity activity, long owner) {
        this.engine = engine;
        this.activity = activity;
        this.order = activity.order();
        this.owner = owner;
        this.number = activity.attempt();
        this.startedAt = engine.clock().instant();
        this.thread = new AttemptThread();
        this.heartbeats = new Heartbeats(engine, activity, this.startedAt);
        this.cancelRequested = activity.cancelRequested();
    }

    EngineStore.ActivityKey key() {
        return this.activity.key();
    }

    int number() {
        return this.number;
    }

    long owner() {
        return this.owner;
    }

    String queue() {
        return this.order.taskQueue();
    }

    String activityType() {
        return this.order.activityType();
    }

    int priority() {
        return this.order.priority();
    }

    boolean isLaterThan(Attempt other) {
        return this.number > other.number;
    }

    Instant startedAt() {
        return this.startedAt;
    }

    /** Whether it has a thread, or had one. */
    boolean hasBegun() {
        return this.begun;
    }

    /** Since its method was called, in nanoseconds; 0: it was not. */
    long took() {
        return this.called ? Math.max(1, System.nanoTime() - this.began) : 0;
    }

    @Override
    public String threadName() {
        return "activity-" + activityType();
    }

    @Override
    public @Nullable ThreadStep run() {
        this.thread.begin();
        this.startedAt = this.engine.clock().instant();
        this.heartbeats.begin(this.startedAt);
        this.began = System.nanoTime();
        this.begun = true;
        try {
            if (this.phase.get() == Phase.RUNNING && prepare()) {
                this.called = true;
                ActivityContext.runAs(this, this::invokeInContext);
            }
        }
        catch (EngineStoppedException ex) {
            logger.debug("{} ends with the engine", this);
        }
        catch (RuntimeException | Error ex) {
            logger.error("{} could not be recorded; it is tried again when this node's lease ends", this, ex);
        }
        finally {
            this.phase.set(Phase.ENDED);
            cancel(this.deadlineTimer);
            cancel(this.heartbeatTimer);
            giveBackSlot();
        }
        return this.thread.end();
    }

    /** Whatever fails, an actor that was lent this thread goes on. */
    private void giveBackSlot() {
        try {
            this.engine.activities().ended(this);
        }
        catch (RuntimeException | Error ex) {
            logger.error("The slot of {} may be lost", this, ex);
        }
    }

    /**
     * Handles what must not begin: too many attempts, a cancellation, a completion from
     * outside that never came.
     */
    private boolean prepare() {
        RetryPolicy retry = this.order.retryPolicy();
        String lastFailure = this.activity.lastFailure();
        if (!isReadable()) {
            return false;
        }
        if (this.activity.completesLater()) {
            this.resultMayBeRecorded = true;
            fail(timeout(deadlines().kindOfLateness(this.activity.closesAt(), this.startedAt)), null);
            return false;
        }
        if (this.cancelRequested) {
            deliver(ActivityOutcome.canceled(this.number, FailureInfo.canceled("Canceled before it began")));
            return false;
        }
        if (retry.maximumAttempts() > 0 && this.activity.countedAttempts() > retry.maximumAttempts()) {
            FailureInfo failure = (lastFailure != null) ? this.engine.json().readFailure(lastFailure)
                    : FailureInfo.application("AttemptLost", "The node that ran the last attempt was lost", false);
            deliver(ActivityOutcome.failed(this.number - 1, failure, "MAXIMUM_ATTEMPTS_REACHED"));
            return false;
        }
        AttemptDeadlines deadlines = deadlines();
        this.deadlineTimer = this.engine.timers().at(deadlines.first(), () -> timedOut(deadlines.kind()));
        watchHeartbeat();
        return true;
    }

    /**
     * Where a key is missing here, the attempt does not count, and others may have it.
     */
    private boolean isReadable() {
        try {
            EngineJson json = this.engine.json();
            // Arguments are an array; what the store could not decode is none.
            json.readPayload(this.order.input().text());
            if (this.activity.heartbeatDetails() != null) {
                json.readPayload(this.activity.heartbeatDetails());
            }
            if (this.activity.lastFailure() != null) {
                json.readFailure(this.activity.lastFailure());
            }
            return true;
        }
        catch (UnreadablePayloadException ex) {
            Instant due = this.engine.clock().instant().plus(UNREADABLE_PAUSE);
            logger.error("{} does not begin: {}. It is looked at again at {}", this, ex.getMessage(), due);
            String reason = this.engine.json()
                .write(FailureInfo.application("UnreadablePayload", String.valueOf(ex.getMessage()), false));
            this.engine.retrying(() -> this.engine.store().postpone(key(), this.number, this.owner, due, reason));
            this.engine.timers().at(due, this.engine.poller()::wake);
            return false;
        }
    }

    private void cancel(TimerQueue.@Nullable Entry timer) {
        if (timer != null) {
            this.engine.timers().cancel(timer);
        }
    }

    private AttemptDeadlines deadlines() {
        return AttemptDeadlines.of(this.order, this.startedAt);
    }

    /** The context is in place around the transaction, too, which may depend on it. */
    private void invokeInContext() {
        ContextPropagation.Restored context;
        try {
            context = this.engine.interceptors().context().restore(this.order.header());
        }
        catch (RuntimeException ex) {
            failed(ex);
            return;
        }
        try (context) {
            invoke();
        }
    }

    private void invoke() {
        long begin = System.nanoTime();
        ActivityOutcome.Kind result = ActivityOutcome.Kind.FAILED;
        try {
            invokeObserved();
            result = ActivityOutcome.Kind.COMPLETED;
        }
        catch (Throwable ex) {
            if (ex instanceof EngineStoppedException stopped && !this.engine.isRunning()) {
                throw stopped;
            }
            if (ex instanceof VirtualMachineError) {
                logger.error("{} met a severe error", this, ex);
            }
            failed(ex);
        }
        finally {
            Thread.interrupted();
            this.engine.metrics()
                .activity(this.order.activityType(), result, Duration.ofNanos(System.nanoTime() - begin), waited());
        }
    }

    private void invokeObserved() throws Throwable {
        EngineObservations observations = this.engine.observations();
        if (observations.isNone()) {
            invokeOnce();
            return;
        }
        EngineObservations.Observed observed = new EngineObservations.Observed(EngineObservations.Kind.ACTIVITY,
                this.order.activityType(), this.activity.workflowId(), key().runId().toString());
        observations.<Boolean, Throwable>incoming(observed, this.order.header(), () -> {
            invokeOnce();
            return true;
        });
    }

    private void invokeOnce() throws Throwable {
        ActivityDefinition definition = this.engine.types().activity(this.order.activityType());
        if (definition == null) {
            throw ApplicationFailure.of("No activity type '" + this.order.activityType() + "' here",
                    "UnknownActivityType");
        }
        ActivityInvocation call = new ActivityInvocation(this.order, definition, this.engine.payloads(),
                this.engine.interceptors());
        @Nullable Object[] arguments = call.arguments();
        if (definition.transaction() != null) {
            inTransaction(call, definition.transaction(), arguments);
        }
        else {
            Json value = result(call, arguments);
            if (!this.completesLater && this.phase.compareAndSet(Phase.RUNNING, Phase.ENDED)) {
                deliver(ActivityOutcome.completed(this.number, value));
            }
        }
    }

    /**
     * Never less than nothing, although the clock of the node that ordered it differs.
     */
    private Duration waited() {
        Duration waited = Duration.between(this.order.eventTime(), this.startedAt);
        return waited.isNegative() ? Duration.ZERO : waited;
    }

    private Json result(ActivityInvocation call, @Nullable Object[] arguments) throws Throwable {
        Object value = call.make(arguments);
        return this.completesLater ? Json.NULL : call.encode(value);
    }

    /**
     * The activity's own work and the record of its result are one commit, and the
     * commit's outcome is the outcome.
     */
    private void inTransaction(ActivityInvocation call, TransactionDefinition transaction, @Nullable Object[] arguments)
            throws Throwable {
        TransactionTemplate template = new TransactionTemplate(this.engine.transactionManager(), transaction);
        TransactionalWork work = new TransactionalWork(call, arguments);
        try {
            template.executeWithoutResult(work::run);
        }
        catch (RuntimeException | Error ex) {
            // What the attempt failed of says more than how its transaction ended.
            if (work.failure == null) {
                throw ex;
            }
            work.failure.addSuppressed(ex);
        }
        if (work.failure != null) {
            throw work.failure;
        }
        if (work.delivered != null && work.outcome != null) {
            this.engine.deliveries().resultDelivered(this.activity, work.delivered, work.outcome, this.thread::lend);
        }
    }

    private EngineStore.Delivered record(ActivityOutcome outcome) {
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        if (transaction == null) {
            throw new IllegalStateException(
                    "The transaction of " + this.order.activityType() + " is not one of the engine's DataSource");
        }
        EngineStore.Delivered delivered = transaction.deliverOutcome(key(), this.number, this.owner,
                this.engine.json().writeOutcome(outcome), this.engine.clock().instant());
        if (delivered == null) {
            throw new AttemptLostException();
        }
        return delivered;
    }

    private void failed(Throwable failure) {
        if (failure instanceof AttemptLostException || this.completesLater) {
            return;
        }
        // A failed commit leaves the phase at COMMITTING: nothing else can have ended the
        // attempt meanwhile.
        boolean committing = this.phase.compareAndSet(Phase.COMMITTING, Phase.ENDED);
        if (!committing && !this.phase.compareAndSet(Phase.RUNNING, Phase.ENDED)) {
            return;
        }
        this.resultMayBeRecorded = committing;
        FailureInfo info = this.engine.failures().encode(failure);
        if (this.cancelRequested && CanceledFailure.isCancellation(failure)) {
            deliver(ActivityOutcome.canceled(this.number, info));
        }
        else {
            fail(info, failure);
        }
    }

    private FailureInfo timeout(String kind) {
        String last = this.activity.lastFailure();
        return FailureInfo.timeout(kind,
                "Attempt " + this.number + " of activity " + this.order.activityType() + " (" + this.order.activityId()
                        + ") ran out of time: " + kind,
                this.heartbeats.details(), (last != null) ? this.engine.json().readFailure(last) : null);
    }

    private void timedOut(String kind) {
        if (this.phase.get() == Phase.COMMITTING) {
            this.engine.timers().at(this.engine.clock().instant().plusMillis(50), () -> timedOut(kind));
            return;
        }
        if (this.completesLater || !this.phase.compareAndSet(Phase.RUNNING, Phase.ENDED)) {
            return;
        }
        this.lost = true;
        Thread.ofVirtual().name("activity-timeout").start(() -> {
            try {
                fail(timeout(kind), null);
            }
            catch (EngineStoppedException ex) {
                logger.debug("{} timed out as the engine stopped", this);
            }
        });
        this.thread.interrupt();
    }

    private void watchHeartbeat() {
        Instant silent = this.heartbeats.silentAt();
        if (silent == null) {
            return;
        }
        this.heartbeatTimer = this.engine.timers().at(silent, () -> {
            if (this.phase.get() != Phase.RUNNING || this.completesLater) {
                return;
            }
            if (Objects.requireNonNull(this.heartbeats.silentAt()).isAfter(this.engine.clock().instant())) {
                watchHeartbeat();
            }
            else {
                timedOut("HEARTBEAT");
            }
        });
    }

    /** Lets the attempt be followed by another one, or ends the activity. */
    private void fail(FailureInfo failure, @Nullable Throwable thrown) {
        EngineStore.ClaimedActivity current = this.activity;
        String state = refusal(current, failure, thrown);
        if (Retries.isOfOptions(state)) {
            // Somebody may have changed them, or forgiven attempts, since it was claimed.
            current = this.engine.retrying(() -> Optional.ofNullable(this.engine.store().activity(key())))
                .orElse(current);
            state = refusal(current, failure, thrown);
        }
        if (state != null) {
            deliver(ActivityOutcome.failed(this.number, failure, state));
            return;
        }
        this.heartbeats.storeRest();
        Instant due = this.engine.clock()
            .instant()
            .plus(Retries.delay(current.order(), current.countedAttempts(), failure));
        String text = this.engine.json().write(failure);
        if (this.engine.retrying(() -> this.engine.store().retryLater(key(), this.number, this.owner, due, text))) {
            logger.debug("{} failed and is tried again at {}: {}", this, due, failure.message());
            this.engine.wakeups().pollAt(due);
        }
    }

    private @Nullable String refusal(EngineStore.ClaimedActivity current, FailureInfo failure,
            @Nullable Throwable thrown) {
        return this.engine.retries()
            .refusal(current.order(), current.countedAttempts(), failure, thrown, this.cancelRequested);
    }

    /**
     * A commit that failed may have succeeded when its connection was lost, and a
     * completion from outside may arrive with its time-out: then the result is in the
     * inbox already, and there the first one counts.
     */
    private void deliver(ActivityOutcome outcome) {
        if (this.resultMayBeRecorded) {
            this.engine.deliveries().deliverThroughInbox(this.activity, outcome, this.owner);
        }
        else {
            this.engine.deliveries().deliver(this.activity, outcome, this.owner, this.thread::lend);
        }
    }

    void requestCancel() {
        this.cancelRequested = true;
    }

    /**
     * How the database says that it stands.
     * @param standing null: its activity has ended
     */
    void stands(EngineStore.@Nullable ActivityStanding standing) {
        if (standing == null || standing.attempt() != this.number) {
            this.lost = true;
        }
        else if (standing.cancelRequested()) {
            this.cancelRequested = true;
        }
    }

    /** Another attempt of the same activity runs here: this one was declared lost. */
    void superseded() {
        this.lost = true;
        this.phase.compareAndSet(Phase.RUNNING, Phase.ENDED);
    }

    /** The node gives the attempt up. */
    void abandon() {
        superseded();
        this.thread.interrupt();
    }

    @Override
    public ActivityInfo info() {
        return new ActivityInfo(this.activity.workflowId(), key().runId().toString(), this.activity.workflowType(),
                this.order.activityId(), this.order.activityType(), this.order.taskQueue(), this.number, token(),
                this.order.eventTime(), deadlines().first(), key().runId() + "-" + this.order.eventId());
    }

    private String token() {
        return new TaskToken(key(), this.number).sign(this.engine.tokenKey());
    }

    @Override
    public void heartbeat(@Nullable Object details) {
        switch (this.heartbeats.beat(details, !this.lost, this.completesLater)) {
            case LOST -> this.lost = true;
            case CANCEL_REQUESTED -> this.cancelRequested = true;
            case GO_ON -> {
                // Nobody has said anything.
            }
        }
        if (this.lost) {
            throw new CanceledFailure(
                    "Attempt " + this.number + " of " + this.order.activityType() + " is not the current one any more");
        }
        if (this.cancelRequested) {
            throw new CanceledFailure("Cancellation of " + this.order.activityType() + " was requested");
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Optional<T> heartbeatDetails(Type type) {
        Json details = this.heartbeats.before();
        return (details != null && !details.isNull())
                ? Optional.ofNullable((T) this.engine.payloads().decode(details, type)) : Optional.empty();
    }

    @Override
    public String completeLater() {
        if (this.phase.get() != Phase.RUNNING) {
            throw new CanceledFailure("The attempt has ended already");
        }
        Instant closes = deadlines().first();
        Instant silent = this.heartbeats.silentAt();
        Instant due = (silent != null && silent.isBefore(closes)) ? silent : closes;
        boolean recorded = this.engine
            .retrying(() -> this.engine.store().completesLater(key(), this.number, this.owner, due, closes));
        if (!recorded) {
            this.lost = true;
            throw new CanceledFailure("The attempt is not the current one any more");
        }
        this.completesLater = true;
        this.engine.wakeups().pollAt(due);
        return token();
    }

    @Override
    public boolean isCanceled() {
        return this.cancelRequested || this.lost;
    }

    @Override
    public String toString() {
        return "Attempt " + this.number + " of " + this.order.activityType() + " (" + this.activity.workflowId() + "/"
                + this.order.eventId() + ")";
    }

    /**
     * What happens inside of the transaction, and what is known of it when it has ended.
     */
    private final class TransactionalWork {

        private final ActivityInvocation call;

        private final @Nullable Object[] arguments;

        private @Nullable Throwable failure;

        private @Nullable ActivityOutcome outcome;

        private EngineStore.@Nullable Delivered delivered;

        TransactionalWork(ActivityInvocation call, @Nullable Object[] arguments) {
            this.call = call;
            this.arguments = arguments;
        }

        /** Only a result commits work: an attempt that fails leaves nothing. */
        void run(TransactionStatus status) {
            try {
                callAndRecord();
            }
            catch (Throwable ex) {
                // Kept, not thrown: the template would wrap a checked exception.
                this.failure = ex;
                status.setRollbackOnly();
            }
        }

        private void callAndRecord() throws Throwable {
            Json value = result(this.call, this.arguments);
            if (Attempt.this.completesLater) {
                return;
            }
            if (!Attempt.this.phase.compareAndSet(Phase.RUNNING, Phase.COMMITTING)) {
                throw new AttemptLostException();
            }
            this.outcome = ActivityOutcome.completed(Attempt.this.number, value);
            this.delivered = record(this.outcome);
        }

    }

    /**
     * The database says that this attempt is not the current one any more; its work rolls
     * back.
     */
    private static final class AttemptLostException extends RuntimeException {

        AttemptLostException() {
            super("The attempt is not the current one any more");
        }

    }

}

package dev.workflow.engine;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.workflow.ActivityContext;
import dev.workflow.ActivityInfo;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;

/**
 * The attempts of a local activity, one after the other, until it ends, the next one is
 * so far away that the pause is recorded, or the run leaves memory. Whoever ends an
 * attempt first, its method or its time-out, decides how it ends.
 */
final class LocalAttempt implements Runnable {

    private static final Logger logger = LoggerFactory.getLogger(LocalAttempt.class);

    /** Longer pauses are recorded, and outlive the run's stay in memory. */
    private static final Duration LONGEST_PAUSE_IN_MEMORY = Duration.ofSeconds(5);

    private final WorkflowEngine engine;

    private final WorkflowExecutionStarted run;

    private final ActivityTaskScheduled order;

    private final Predicate<Delivery> mailbox;

    private volatile int number;

    private volatile boolean canceled;

    private volatile @Nullable FailureInfo lastFailure;

    private volatile @Nullable Instant next;

    private volatile @Nullable Thread thread;

    private TimerQueue.@Nullable Entry pause;

    LocalAttempt(WorkflowEngine engine, WorkflowExecutionStarted run, ActivityTaskScheduled order,
            Predicate<Delivery> mailbox, int number) {
        this.engine = engine;
        this.run = run;
        this.order = order;
        this.mailbox = mailbox;
        this.number = number;
    }

    String activityId() {
        return this.order.activityId();
    }

    /** For people; for any thread. */
    WorkflowDetails.PendingActivityTask pending() {
        Instant due = this.next;
        return new WorkflowDetails.PendingActivityTask(this.order.activityId(), this.order.activityType(),
                this.order.taskQueue(), (due != null) ? this.number - 1 : this.number,
                (due != null) ? "BACKING_OFF" : "RUNNING", this.lastFailure, due, null);
    }

    void start() {
        this.next = null;
        this.engine.localActivities().begun();
        Thread.ofVirtual()
            .name("local-activity-" + this.order.activityType())
            .inheritInheritableThreadLocals(false)
            .start(this);
    }

    /** Its result counts for nothing from now on. */
    void cancel() {
        this.canceled = true;
        TimerQueue.Entry waiting = this.pause;
        if (waiting != null) {
            this.engine.timers().cancel(waiting);
        }
        Thread running = this.thread;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public void run() {
        this.thread = Thread.currentThread();
        LocalActivitySlots slots = this.engine.localActivities();
        boolean slot = false;
        try {
            slots.acquire();
            slot = true;
            if (!this.canceled) {
                Context attempt = new Context(this.number, this.engine.clock().instant());
                ActivityContext.runAs(attempt, () -> make(attempt));
            }
        }
        catch (InterruptedException ex) {
            logger.debug("{} was given up before it began", this);
        }
        catch (RuntimeException | Error ex) {
            logger.error("{} could not be recorded; it is tried again by whoever has the run next", this, ex);
        }
        finally {
            if (slot) {
                slots.release();
            }
            slots.ended();
        }
    }

    private void make(Context attempt) {
        TimerQueue.Entry timer = this.engine.timers().at(attempt.deadlines.first(), () -> timedOut(attempt));
        long nanos = System.nanoTime();
        ActivityOutcome.Kind kind = ActivityOutcome.Kind.FAILED;
        try {
            Json result = observed();
            kind = ActivityOutcome.Kind.COMPLETED;
            if (attempt.decide()) {
                deliver(new Delivery.LocalOutcome(this.order, attempt.number, result, null, null, null));
            }
        }
        catch (Throwable thrown) {
            if (attempt.decide()) {
                failed(attempt.number, this.engine.failures().encode(thrown), thrown);
            }
        }
        finally {
            this.engine.timers().cancel(timer);
            Thread.interrupted();
            this.engine.metrics()
                .activity(this.order.activityType(), kind, Duration.ofNanos(System.nanoTime() - nanos), Duration.ZERO);
        }
    }

    private Json observed() throws Throwable {
        EngineObservations observations = this.engine.observations();
        if (observations.isNone()) {
            return call();
        }
        EngineObservations.Observed observed = new EngineObservations.Observed(EngineObservations.Kind.ACTIVITY,
                this.order.activityType(), this.run.workflowId(), this.run.runId());
        return observations.<Json, Throwable>incoming(observed, this.order.header(), this::call);
    }

    private Json call() throws Throwable {
        ActivityDefinition definition = this.engine.types().activity(this.order.activityType());
        if (definition == null) {
            throw ApplicationFailure.of("No activity type '" + this.order.activityType() + "' in this application; a "
                    + "local activity runs where its workflow does", "UnknownActivityType");
        }
        try (ContextPropagation.Restored context = this.engine.interceptors().context().restore(this.order.header())) {
            ActivityInvocation call = new ActivityInvocation(this.order, definition, this.engine.payloads(),
                    this.engine.interceptors());
            return call.encode(call.make(call.arguments()));
        }
    }

    private void timedOut(Context attempt) {
        if (!attempt.decide()) {
            return;
        }
        this.engine.localActivities().begun();
        Thread.ofVirtual().name("local-activity-timeout").start(() -> {
            try {
                String kind = attempt.deadlines.kind();
                failed(attempt.number,
                        FailureInfo
                            .timeout(kind,
                                    "Attempt " + attempt.number + " of local activity " + this.order.activityType()
                                            + " (" + this.order.activityId() + ") ran out of time: " + kind,
                                    null, null),
                        null);
            }
            finally {
                this.engine.localActivities().ended();
            }
        });
        Thread running = this.thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void failed(int attempt, FailureInfo failure, @Nullable Throwable thrown) {
        if (this.canceled) {
            return;
        }
        String refusal = this.engine.retries().refusal(this.order, attempt, failure, thrown, false);
        if (refusal != null) {
            deliver(new Delivery.LocalOutcome(this.order, attempt, null, failure, refusal, null));
            return;
        }
        Duration delay = Retries.delay(this.order, attempt, failure);
        Instant next = this.engine.clock().instant().plus(delay);
        if (delay.compareTo(LONGEST_PAUSE_IN_MEMORY) > 0) {
            deliver(new Delivery.LocalOutcome(this.order, attempt, null, failure, null, next));
            return;
        }
        logger.debug("{} failed and is tried again at {}: {}", this, next, failure.message());
        this.number = attempt + 1;
        this.lastFailure = failure;
        this.next = next;
        this.pause = this.engine.timers().at(next, this::start);
        if (this.canceled) {
            this.engine.timers().cancel(this.pause);
        }
    }

    /** Patiently, for the mailbox may be full; it is closed once the run has left. */
    private void deliver(Delivery.LocalOutcome outcome) {
        while (!this.canceled && !this.mailbox.test(outcome)) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public String toString() {
        return "Attempt " + this.number + " of local activity " + this.order.activityType() + " ("
                + this.run.workflowId() + "/" + this.order.activityId() + ")";
    }

    /** One attempt, as its method sees it. */
    private final class Context implements ActivityContext {

        private final int number;

        private final AttemptDeadlines deadlines;

        private final AtomicBoolean undecided = new AtomicBoolean(true);

        Context(int number, Instant begin) {
            this.number = number;
            this.deadlines = AttemptDeadlines.of(LocalAttempt.this.order, begin);
        }

        /** Whether the caller is the first to end it, and so decides how it ends. */
        boolean decide() {
            return this.undecided.compareAndSet(true, false);
        }

        @Override
        public ActivityInfo info() {
            ActivityTaskScheduled order = LocalAttempt.this.order;
            WorkflowExecutionStarted run = LocalAttempt.this.run;
            return new ActivityInfo(run.workflowId(), run.runId(), run.workflowType(), order.activityId(),
                    order.activityType(), order.taskQueue(), this.number, "", order.eventTime(), this.deadlines.first(),
                    run.runId() + "-" + order.activityId());
        }

        @Override
        public void heartbeat(@Nullable Object details) {
            if (isCanceled()) {
                throw new CanceledFailure("Attempt " + this.number + " of local activity "
                        + LocalAttempt.this.order.activityType() + " is not waited for any more");
            }
        }

        @Override
        public <T> Optional<T> heartbeatDetails(Type type) {
            return Optional.empty();
        }

        @Override
        public String completeLater() {
            throw new IllegalStateException("A local activity cannot be completed later: nothing is stored of it "
                    + "before it ends. Call " + LocalAttempt.this.order.activityType() + " as an ordinary activity.");
        }

        @Override
        public boolean isCanceled() {
            return LocalAttempt.this.canceled || !this.undecided.get();
        }

    }

}

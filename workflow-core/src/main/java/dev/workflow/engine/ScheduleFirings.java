package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.schedule.PendingStart;
import dev.workflow.schedule.Schedule;
import dev.workflow.schedule.ScheduleTurn;
import dev.workflow.schedule.StartedRun;
import dev.workflow.schedule.StoredSchedule;
import dev.workflow.visibility.SearchAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires schedules. A loop on a platform thread that never dies, the same on every node:
 * there is no leader.
 * <p>
 * <b>Once.</b> A firing locks the schedule's row, and in one transaction moves its next
 * time on and writes the runs that it starts. Whoever comes second passes the row by, or
 * finds the time moved. What a crash interrupts has not happened.
 * <p>
 * <b>Ends of runs.</b> A schedule that waits for one of its runs, or pauses when one
 * fails, is marked as watching and remembers the run. A run that ends here gives a hint;
 * others are found by a look at what is watched, which may take a tenth of the time.
 * <p>
 * <b>Cost.</b> The next time of all is asked for every two seconds by one index lookup,
 * and kept in memory; a change wakes. With no schedule nothing else is asked.
 */
final class ScheduleFirings implements ScheduleGauges {

    /** The search attribute by which lists find the runs of a schedule. */
    static final String SCHEDULE_ID = "ScheduleId";

    /** The search attribute that says which time a run is for. */
    static final String SCHEDULED_TIME = "ScheduledTime";

    private static final Logger logger = LoggerFactory.getLogger(ScheduleFirings.class);

    private static final Duration BACKSTOP = Duration.ofSeconds(2);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    /** How long nothing is fired while too much waits to be written. */
    private static final Duration HELD_UP = Duration.ofSeconds(1);

    /** How long a schedule is left alone that cannot be fired. */
    private static final Duration POSTPONED = Duration.ofSeconds(30);

    /** The same where a transaction holds what it needs. */
    private static final Duration LOCKED = Duration.ofSeconds(1);

    private static final int BATCH = 100;

    /** What the runs of one transaction may take in memory. */
    private static final int BATCH_BYTES = 16 * 1024 * 1024;

    /** What is watched may take this share of the time. */
    private static final int WATCHING_SHARE = 10;

    private static final int MAX_HINTS = 100_000;

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wakened = this.lock.newCondition();

    private final Set<String> watched = ConcurrentHashMap.newKeySet();

    private boolean wake;

    private volatile boolean busy = true;

    private volatile boolean hinted;

    private volatile ScheduleStore.Census census = ScheduleStore.Census.NONE;

    private long looked = System.nanoTime();

    private long lookTook;

    private final EngineThread thread = new EngineThread("workflow-schedules", this::run, this::wake);

    ScheduleFirings(WorkflowEngine engine) {
        this.engine = engine;
    }

    EngineThread thread() {
        return this.thread;
    }

    void wake() {
        this.lock.lock();
        try {
            this.wake = true;
            this.wakened.signal();
        }
        finally {
            this.lock.unlock();
        }
    }

    /** A schedule was created or changed. */
    void changed() {
        wake();
        this.engine.wakeups().schedulesChanged();
    }

    /** A run has ended on this node. */
    void ended(String runId) {
        if (!this.watched.isEmpty() && this.watched.remove(runId)) {
            this.hinted = true;
            wake();
        }
    }

    private ScheduleStore store() {
        return this.engine.store().schedules();
    }

    private void run() {
        while (this.thread.isRunning()) {
            try {
                Duration pause = this.engine.isWorking() ? round() : BACKSTOP;
                await(pause);
            }
            catch (InterruptedException ex) {
                return;
            }
            catch (StoreException ex) {
                logger.warn("Schedules were not fired, and will be: {}", ex.getMessage());
                pause();
            }
            catch (RuntimeException | Error ex) {
                logger.error("Schedules could not be fired", ex);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE_AFTER_FAILURE.toNanos());
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void await(Duration pause) throws InterruptedException {
        this.lock.lock();
        try {
            long nanos = pause.toNanos();
            this.busy = nanos <= 0;
            while (!this.wake && nanos > 0 && this.thread.isRunning()) {
                nanos = this.wakened.awaitNanos(nanos);
            }
            this.wake = false;
            this.busy = true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Does what is due; returns how long there is nothing to do then. */
    private Duration round() {
        ScheduleStore.Agenda agenda = store().agenda();
        Instant now = this.engine.clock().instant();
        boolean passedBy = false;
        if (agenda.next() != null && !agenda.next().isAfter(now)) {
            if (this.engine.backPressure().holdsUp() != null) {
                return HELD_UP;
            }
            if (fire((work) -> store().due(now, BATCH, work), now)) {
                return Duration.ZERO;
            }
            // What is due and cannot be had is being fired elsewhere, or being changed.
            passedBy = true;
        }
        Duration pause = passedBy ? this.engine.settings().pollInterval() : BACKSTOP;
        if (!agenda.watching()) {
            this.hinted = false;
        }
        else {
            if (look(now)) {
                return Duration.ZERO;
            }
            pause = this.engine.settings().pollInterval();
        }
        Duration left = (agenda.next() != null && !passedBy) ? Duration.between(now, agenda.next()) : BACKSTOP;
        return (left.compareTo(pause) < 0) ? left : pause;
    }

    /** Looks for watched runs that have ended; true: there may be more. */
    private boolean look(Instant now) {
        long begin = System.nanoTime();
        if (!this.hinted && begin - this.looked < this.lookTook * (WATCHING_SHARE - 1)) {
            return false;
        }
        this.hinted = false;
        boolean found = fire((work) -> store().ended(BATCH, work), now);
        this.looked = System.nanoTime();
        this.lookTook = this.looked - begin;
        return found;
    }

    /**
     * Has schedules take note of runs that have ended, also where nothing waits for that:
     * the next run is to know how the one before it ended, though that is deleted before.
     * @return false when it was held up before it had told all of them
     */
    boolean takeNote(BooleanSupplier goOn) {
        Instant now = this.engine.clock().instant();
        String[] last = { "" };
        Function<Function<ScheduleStore.Firing, Fired>, Fired> next = (work) -> store().endedUnnoticed(last[0], BATCH,
                (firing) -> {
                    firing.schedules().forEach((schedule) -> last[0] = schedule.scheduleId());
                    return work.apply(firing);
                });
        while (fire(next, now)) {
            if (!goOn.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same with the schedule that a run is of, before somebody deletes that. The end
     * is not told where the schedule cannot be fired: that must not keep anybody from
     * deleting.
     * @throws StoreException when somebody holds the schedule, or what it starts is held
     * up
     */
    void takeNoteOf(EngineStore.ExecutionRow run) {
        Object scheduleId = this.engine.json().readAttributes(run.searchAttributes()).get(SCHEDULE_ID);
        if (scheduleId instanceof String id) {
            this.engine.patiently(() -> takeNote(id));
        }
    }

    private boolean takeNote(String scheduleId) {
        if (!store().hasEnded(scheduleId)) {
            return true;
        }
        Instant now = this.engine.clock().instant();
        Fired fired;
        try {
            fired = store().one(scheduleId, (firing) -> fire(firing, now));
        }
        catch (StoreException ex) {
            if (ex.kind() != StoreException.Kind.REJECTED) {
                throw ex;
            }
            logger.warn("Schedule '{}' does not learn how its run has ended: {}", scheduleId, ex.getMessage());
            return true;
        }
        if (fired.schedules() == 0 || fired.heldUp()) {
            throw new StoreException(StoreException.Kind.LOCKED, "Schedule '" + scheduleId
                    + (fired.heldUp() ? "' may start nothing for a moment" : "' is held by somebody"), null);
        }
        tell(fired);
        return true;
    }

    private boolean fire(Function<Function<ScheduleStore.Firing, Fired>, Fired> batch, Instant now) {
        List<String> locked = new ArrayList<>();
        Fired fired;
        try {
            fired = batch.apply((firing) -> {
                firing.schedules().forEach((schedule) -> locked.add(schedule.scheduleId()));
                return fire(firing, now);
            });
        }
        catch (RuntimeException ex) {
            if (isTransient(ex) || locked.isEmpty()) {
                throw ex;
            }
            logger.debug("Schedules are fired one by one: {}", ex.getMessage());
            locked.forEach((scheduleId) -> fireAlone(scheduleId, now));
            return true;
        }
        tell(fired);
        return fired.schedules() > 0;
    }

    /** One that makes trouble is left alone for a while, and holds up no other. */
    private void fireAlone(String scheduleId, Instant now) {
        try {
            tell(store().one(scheduleId, (firing) -> fire(firing, now)));
        }
        catch (RuntimeException ex) {
            if (isTransient(ex)) {
                throw ex;
            }
            boolean locked = ex instanceof StoreException store && store.kind() == StoreException.Kind.LOCKED;
            if (!locked) {
                logger.warn("Schedule '{}' cannot be fired: {}", scheduleId, ex.getMessage());
            }
            store().postpone(scheduleId, now.plus(locked ? LOCKED : POSTPONED), String.valueOf(ex.getMessage()));
        }
    }

    private static boolean isTransient(RuntimeException failure) {
        return failure instanceof StoreException store && store.kind() == StoreException.Kind.TRANSIENT;
    }

    private void tell(Fired fired) {
        fired.over().forEach(this.watched::remove);
        if (this.watched.size() > MAX_HINTS) {
            // Runs whose ends were seen elsewhere; what is watched is hinted at again.
            this.watched.clear();
        }
        this.watched.addAll(fired.watched());
        fired.started().forEach((execution) -> this.engine.begun(execution, execution.place() != null));
        fired.delivered().forEach(this.engine.deliveries()::announce);
    }

    /** Inside the transaction that holds the rows. */
    private Fired fire(ScheduleStore.Firing firing, Instant now) {
        List<ScheduleTurn> deciding = new ArrayList<>();
        Map<String, Postponed> problems = new LinkedHashMap<>();
        for (StoredSchedule schedule : firing.schedules()) {
            attempt(schedule.scheduleId(), problems, () -> deciding.add(new ScheduleTurn(schedule.read(), now)));
        }
        List<String> over = follow(firing, deciding);
        List<ScheduleTurn> decided = decide(deciding, problems);
        List<Planned> planned = plan(firing, decided, problems, now);
        boolean heldUp = problems.values().stream().anyMatch((problem) -> problem.by().equals(HELD_UP));
        Fired fired = new Fired(decided.size() + problems.size(), heldUp, over);
        // All nodes start in the same order, so that none waits for one that waits for
        // it.
        planned.sort(Comparator.comparing((plan) -> plan.execution().workflowId()));
        start(firing, planned, fired);
        List<Schedule> saved = new ArrayList<>();
        decided.forEach((turn) -> {
            ask(firing, turn, now, fired);
            Schedule after = turn.after();
            saved.add(after);
            if (after.watching()) {
                turn.openRuns().forEach((run) -> fired.watched().add(run.currentRunId()));
            }
        });
        firing.save(saved);
        problems.forEach((scheduleId, problem) -> firing.postpone(scheduleId, now.plus(problem.by()), problem.why()));
        return fired;
    }

    private static List<ScheduleTurn> decide(List<ScheduleTurn> deciding, Map<String, Postponed> problems) {
        List<ScheduleTurn> decided = new ArrayList<>();
        long bytes = 0;
        for (ScheduleTurn turn : deciding) {
            if (bytes > BATCH_BYTES) {
                // The others are left as they are, for the next transaction.
                break;
            }
            if (attempt(turn.before().scheduleId(), problems, turn::decide)) {
                decided.add(turn);
                bytes += turn.starts().size() * (long) turn.before().action().template().length();
            }
        }
        return decided;
    }

    /**
     * Makes the runs that are to be started, each with how those before it have ended;
     * what cannot be made is decided again another time.
     */
    private List<Planned> plan(ScheduleStore.Firing firing, List<ScheduleTurn> decided, Map<String, Postponed> problems,
            Instant now) {
        Map<String, UUID> ended = new LinkedHashMap<>();
        decided.forEach((turn) -> {
            if (turn.lastOutcome() != null) {
                ended.put(turn.before().scheduleId(), UUID.fromString(turn.lastOutcome()));
            }
        });
        firing.keepOutcomes(ended);
        Map<String, ScheduleStore.Outcome> outcomes = firing.outcomes(decided.stream()
            .filter(ScheduleTurn::startsAfterAnother)
            .map((turn) -> turn.before().scheduleId())
            .toList());
        List<Planned> planned = new ArrayList<>();
        decided.removeIf((turn) -> {
            String scheduleId = turn.before().scheduleId();
            ScheduleStore.Outcome outcome = outcomes.getOrDefault(scheduleId, ScheduleStore.Outcome.NONE);
            List<Planned> own = new ArrayList<>();
            boolean made = attempt(scheduleId, problems,
                    () -> turn.starts().forEach((start) -> own.add(plan(turn, start, outcome, now))));
            String held = made ? heldUp(own) : null;
            if (held != null) {
                // It is due as before, and decided again when there may be room.
                problems.put(scheduleId, new Postponed(HELD_UP, held));
                return true;
            }
            if (made) {
                planned.addAll(own);
            }
            return !made;
        });
        return planned;
    }

    private @Nullable String heldUp(List<Planned> planned) {
        return planned.isEmpty() ? null
                : this.engine.backPressure().holdsUp(planned.getFirst().execution().taskQueue());
    }

    /** What cannot be read or made concerns one schedule only. */
    private static boolean attempt(String scheduleId, Map<String, Postponed> problems, Runnable work) {
        try {
            work.run();
            return true;
        }
        catch (StoreException ex) {
            throw ex;
        }
        catch (RuntimeException ex) {
            logger.warn("Schedule '{}' cannot be fired: {}", scheduleId, ex.getMessage(), ex);
            problems.put(scheduleId, new Postponed(POSTPONED, String.valueOf(ex.getMessage())));
            return false;
        }
    }

    /**
     * Finds out how the open runs stand, through all that they went on in.
     * @return those that need not be watched any more
     */
    private static List<String> follow(ScheduleStore.Firing firing, List<ScheduleTurn> turns) {
        List<String> over = new ArrayList<>();
        boolean moved = true;
        while (moved) {
            moved = false;
            List<StartedRun> open = turns.stream().flatMap((turn) -> turn.openRuns().stream()).toList();
            Map<UUID, ScheduleStore.RunEnd> ends = open.isEmpty() ? Map.of() : firing.ends(open);
            for (ScheduleTurn turn : turns) {
                for (StartedRun run : turn.openRuns()) {
                    ScheduleStore.RunEnd end = ends.get(UUID.fromString(run.currentRunId()));
                    UUID next = (end != null) ? end.continuedRunId() : null;
                    if (end != null) {
                        over.add(run.currentRunId());
                    }
                    if (next != null) {
                        turn.moved(run, next.toString());
                        moved = true;
                    }
                    else if (end != null) {
                        turn.ended(run, end.status());
                    }
                }
            }
        }
        return over;
    }

    private void start(ScheduleStore.Firing firing, List<Planned> planned, Fired fired) {
        if (planned.isEmpty()) {
            return;
        }
        Map<UUID, Transition.Result> results = firing.start(planned.stream().map(Planned::execution).toList());
        for (Planned plan : planned) {
            Transition.NewExecution execution = plan.execution();
            switch (results.get(execution.runId())) {
                case Transition.Result.Committed committed -> {
                    plan.turn().started(plan.start(), execution.workflowId(), execution.runId().toString());
                    fired.started().add(execution);
                }
                case Transition.Result.StartRefused refused when refused.sameRequest() ->
                    plan.turn().started(plan.start(), execution.workflowId(), refused.runId().toString());
                case Transition.Result.StartRefused refused -> {
                    logger.info("Schedule '{}' leaves {} out: run {} has the workflow id '{}'",
                            plan.turn().before().scheduleId(), plan.start().nominal(), refused.runId(),
                            execution.workflowId());
                    plan.turn().refused();
                }
                case null, default -> throw new StoreException(StoreException.Kind.LOCKED,
                        "Workflow '" + execution.workflowId() + "' cannot be started for a moment", null);
            }
        }
    }

    /** Asks open runs to make room, where what waits wants that. */
    private void ask(ScheduleStore.Firing firing, ScheduleTurn turn, Instant now, Fired fired) {
        OverlapPolicy how = turn.asks();
        if (how == null) {
            return;
        }
        String reason = "Schedule '" + turn.before().scheduleId() + "' starts the next run";
        String payload = this.engine.json().writeText(reason);
        Transition.NewMessage message = (how == OverlapPolicy.CANCEL_OTHER)
                ? new Transition.NewMessage(Message.Kind.CANCEL, null, null, payload)
                : new Transition.NewMessage(Message.Kind.TERMINATE, null, Message.Kind.TERMINATE.name(), payload);
        for (StartedRun run : turn.openRuns()) {
            if (run.asked() == how || run.asked() == OverlapPolicy.TERMINATE_OTHER) {
                continue;
            }
            UUID runId = UUID.fromString(run.currentRunId());
            EngineStore.Delivered delivered = firing.deliver(runId, message, now);
            if (delivered != null) {
                turn.asked(run, how);
                fired.delivered().put(runId, delivered);
            }
        }
    }

    private Planned plan(ScheduleTurn turn, PendingStart start, ScheduleStore.Outcome outcome, Instant now) {
        Schedule schedule = turn.before();
        WorkflowExecutionStarted template = (WorkflowExecutionStarted) this.engine.events()
            .decode(1, now, WorkflowExecutionStarted.class.getSimpleName(), schedule.action().format(),
                    schedule.action().template());
        UUID runId = this.engine.runIds().next(now);
        String workflowId = template.workflowId() + "-" + start.nominal();
        RunVersion version = this.engine.builds().route(template.taskQueue(), workflowId);
        WorkflowExecutionStarted event = started(schedule.scheduleId(), template, start, runId, now, version,
                start.beside() ? ScheduleStore.Outcome.NONE : outcome);
        return new Planned(turn, start, this.engine.admissions()
            .placed(new Transition.NewExecution(runId, event.workflowId(), true, event.workflowType(),
                    event.taskQueue(), event.priority(), now, now, runId, start.requestId(schedule.scheduleId()),
                    IdReusePolicy.valueOf(schedule.action().reusePolicy()), null,
                    event.memo().isEmpty() ? null : this.engine.json().writeMemo(event.memo()),
                    this.engine.json().writeAttributes(event.searchAttributes()),
                    new Transition.EventRow(1, event.eventType(), now, this.engine.events().encode(event)), null,
                    version)
                .sharing(event.fairnessKey()), event));
    }

    private WorkflowExecutionStarted started(String scheduleId, WorkflowExecutionStarted template, PendingStart start,
            UUID runId, Instant now, RunVersion version, ScheduleStore.Outcome outcome) {
        Duration execution = template.workflowExecutionTimeout();
        Map<String, Object> attributes = SearchAttributes.merge(template.searchAttributes(),
                Map.of(SCHEDULE_ID, scheduleId, SCHEDULED_TIME, start.nominal()));
        return new WorkflowExecutionStarted(1, now, template.workflowId() + "-" + start.nominal(), runId.toString(),
                template.workflowType(), template.taskQueue(), template.input(), runId.toString(), null, 1, execution,
                template.workflowRunTimeout(), (execution != null) ? now.plus(execution) : null, template.retryPolicy(),
                null, template.memo(), attributes, null, template.priority(), template.fairnessKey(),
                (outcome.result() != null) ? this.engine.json().readPayload(outcome.result()) : null, template.header(),
                template.identity(),
                (outcome.failure() != null) ? this.engine.json().readFailure(outcome.failure()) : null, null,
                version.known(), this.engine.machineSettings().warnEvents());
    }

    // ---- for the clock of tests, health and meters

    /** Whether nothing is due, nor waits for a run that has ended. */
    boolean isQuiet() {
        this.lock.lock();
        try {
            if (this.busy || this.wake || this.hinted) {
                return !this.engine.isWorking();
            }
        }
        finally {
            this.lock.unlock();
        }
        if (!this.engine.isWorking()) {
            return true;
        }
        ScheduleStore.Agenda agenda = store().agenda();
        boolean due = agenda.next() != null && !agenda.next().isAfter(this.engine.clock().instant());
        return !due && !(agenda.watching() && store().hasEnded());
    }

    /** When a schedule is due next that this node may fire. */
    Optional<Instant> next() {
        return this.engine.isWorking() ? Optional.ofNullable(store().agenda().next()) : Optional.empty();
    }

    void takeCensus() {
        this.census = store().census();
    }

    @Override
    public long count() {
        return this.census.count();
    }

    @Override
    public long paused() {
        return this.census.paused();
    }

    @Override
    public long failing() {
        return this.census.failing();
    }

    @Override
    public Duration lag() {
        Instant oldest = this.census.oldestDue();
        Duration lag = (oldest != null) ? Duration.between(oldest, this.engine.clock().instant()) : Duration.ZERO;
        return lag.isNegative() ? Duration.ZERO : lag;
    }

    @Override
    public long missed() {
        return this.census.missed();
    }

    /** For how long a schedule is left alone, and why. */
    private record Postponed(Duration by, String why) {
    }

    /** A start, and whose it is. */
    private record Planned(ScheduleTurn turn, PendingStart start, Transition.NewExecution execution) {
    }

    /** What is to be done once the transaction has committed. */
    private record Fired(int schedules, boolean heldUp, List<String> over, List<Transition.NewExecution> started,
            List<String> watched, Map<UUID, EngineStore.Delivered> delivered) {

        Fired(int schedules, boolean heldUp, List<String> over) {
            this(schedules, heldUp, over, new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
        }

    }

}

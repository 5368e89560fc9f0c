package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.workflow.Constraints;
import dev.workflow.WorkflowExecution;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleAlreadyExistsException;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleNotFoundException;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.client.TooManyRequestsException;
import dev.workflow.history.EventCodec;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.schedule.Backfill;
import dev.workflow.schedule.Counters;
import dev.workflow.schedule.PendingStart;
import dev.workflow.schedule.Progress;
import dev.workflow.schedule.Schedule;
import dev.workflow.schedule.SchedulePolicies;
import dev.workflow.schedule.ScheduleTimes;
import dev.workflow.schedule.ScheduleTurn;
import dev.workflow.schedule.StartedRun;
import dev.workflow.schedule.StoredSchedule;
import org.jspecify.annotations.Nullable;

/**
 * Creates, changes and describes schedules. It starts nothing itself: what is asked for
 * is written into the schedule's row, in the caller's transaction where there is one, and
 * {@link ScheduleFirings} carries it out.
 */
final class EngineScheduleService implements ScheduleService {

    private static final int NEXT_RUNS = 10;

    private static final int RECENT_RUNS = 10;

    private static final int MAX_DETAIL = 2_000;

    /** How much of a workflow's id is left to who chooses it; the rest is the time. */
    private static final int MAX_ID_LENGTH = 960;

    private static final int MAX_ID_BYTES = Constraints.MAX_ID_BYTES - (Constraints.MAX_ID_LENGTH - MAX_ID_LENGTH);

    /** How many periods are made up at once. */
    private static final int MAX_BACKFILLS = 100;

    /** By how much the clock of who asks may be ahead. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(10);

    /** Stands for a specification that this node cannot read. */
    private static final ScheduleSpec UNREADABLE = ScheduleSpec.cron("(cannot be read on this node)");

    private final WorkflowEngine engine;

    private final Starts starts;

    private final OutgoingCalls calls;

    EngineScheduleService(WorkflowEngine engine, Starts starts, OutgoingCalls calls) {
        this.engine = engine;
        this.starts = starts;
        this.calls = calls;
    }

    private ScheduleStore store() {
        return this.engine.store().schedules();
    }

    private Instant now() {
        return this.engine.clock().instant();
    }

    @Override
    public void create(String scheduleId, ScheduleSpec spec, StartRequest workflow, ScheduleOptions options) {
        Constraints.id("scheduleId", scheduleId);
        ScheduleTimes times = ScheduleTimes.of(scheduleId, spec);
        Instant now = now();
        boolean paused = Objects.requireNonNullElse(options.paused(), false);
        Schedule schedule = new Schedule(scheduleId, spec, action(scheduleId, workflow, now),
                SchedulePolicies.of(options),
                new Schedule.Pause(paused, Objects.requireNonNullElse(options.note(), "")), options.remainingActions(),
                null, null, false, Progress.NONE, Counters.NONE, null, now);
        Schedule planned = plan(schedule, times, now);
        if (!write(() -> store().create(planned, action("CreateSchedule", scheduleId, null, spec.toString())))) {
            throw new ScheduleAlreadyExistsException(scheduleId);
        }
    }

    private Schedule.Action action(String scheduleId, StartRequest workflow, Instant now) {
        refuse("requestId", workflow.requestId(), "each run has one that derives from the schedule and its time");
        refuse("cron", workflow.cronSchedule(), "the schedule says when");
        refuse("startDelay", workflow.startDelay(), "shift the schedule's times instead");
        String workflowId = Objects.requireNonNullElse(workflow.workflowId(), scheduleId);
        if (workflowId.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    "The workflow id of a schedule, or the schedule's where none is given, is "
                            + "followed by a time: expected at most " + MAX_ID_LENGTH + " characters, given "
                            + workflowId.length());
        }
        Constraints.requireBytes("The workflow id of a schedule, which is followed by a time", workflowId,
                MAX_ID_BYTES);
        this.starts.checkSizes(workflow);
        String queue = this.starts.queue(workflow);
        Map<String, String> header = this.calls.header(workflow.header());
        this.engine.sharing().keys().use(workflow.fairnessKey());
        WorkflowExecutionStarted template = Starts.startedEvent(workflow.withHeader(header), queue, new UUID(0, 0),
                workflowId, now, RunVersion.NONE, this.engine.machineSettings().warnEvents());
        return new Schedule.Action(workflow.workflowType(), this.engine.events().encode(template), EventCodec.FORMAT,
                workflow.idReusePolicy().name());
    }

    private static void refuse(String option, @Nullable Object value, String instead) {
        if (value != null) {
            throw new IllegalArgumentException(
                    option + ": expected nothing in what a schedule starts, since " + instead + "; given " + value);
        }
    }

    /** The next nominal time from now on; what was due before is not made up. */
    private static Schedule plan(Schedule schedule, ScheduleTimes times, Instant now) {
        boolean over = schedule.pause().paused() || Objects.equals(schedule.remaining(), 0L);
        Instant nominal = over ? null : times.after(now);
        return replan(schedule, times, nominal, now);
    }

    private static Schedule replan(Schedule schedule, ScheduleTimes times, @Nullable Instant nominal, Instant now) {
        Progress progress = schedule.progress();
        boolean waits = !progress.pending().isEmpty() || !progress.backfills().isEmpty();
        Instant byTime = (nominal != null) ? times.actual(nominal) : null;
        return schedule.due(nominal, waits ? now : byTime, null);
    }

    @Override
    public void update(String scheduleId, @Nullable ScheduleSpec spec, ScheduleOptions options) {
        if (spec != null) {
            ScheduleTimes.of(scheduleId, spec);
        }
        String detail = ((spec != null) ? spec + ", " : "") + options;
        change(scheduleId, action("UpdateSchedule", scheduleId, options.note(), detail), (schedule) -> {
            ScheduleSpec newSpec = Objects.requireNonNullElse(spec, schedule.spec());
            Schedule.Pause pause = new Schedule.Pause(
                    Objects.requireNonNullElse(options.paused(), schedule.pause().paused()),
                    Objects.requireNonNullElse(options.note(), schedule.pause().note()));
            Long remaining = (options.remainingActions() != null) ? options.remainingActions() : schedule.remaining();
            Schedule changed = schedule.set(newSpec, schedule.policies().with(options), pause, remaining);
            boolean goesOn = schedule.nextNominal() != null && !pause.paused() && !Objects.equals(remaining, 0L);
            boolean stops = Objects.equals(options.paused(), true);
            changed = stops ? changed.progress(changed.progress().withoutBackfills()) : changed;
            changed = goesOn && spec != null ? dueBefore(schedule, changed, now()) : changed;
            Schedule planned = goesOn && newSpec.equals(schedule.spec())
                    ? replan(changed, changed.times(), schedule.nextNominal(), now())
                    : plan(changed, changed.times(), now());
            // Whether the ends of its runs matter may have changed, too.
            return schedule.progress().openRuns().isEmpty() ? planned : planned.due(planned.nextNominal(), now(), null);
        });
    }

    /**
     * What is due by the old times, and has not been started yet, is not forgotten: it
     * waits to be started at once.
     */
    private static Schedule dueBefore(Schedule before, Schedule changed, Instant now) {
        if (changed.spec().equals(before.spec())) {
            return changed;
        }
        Progress progress = changed.progress();
        List<PendingStart> pending = new ArrayList<>(progress.pending());
        Instant oldest = now.minus(changed.policies().catchUpWindow());
        Instant nominal = before.nextNominal();
        ScheduleTimes times = before.times();
        while (nominal != null && !nominal.isAfter(now) && pending.size() < ScheduleTurn.MAX_PENDING) {
            if (nominal.isBefore(oldest)) {
                nominal = times.after(oldest.minusNanos(1_000));
                continue;
            }
            pending.add(new PendingStart(nominal, changed.policies().overlap(), null));
            nominal = times.after(nominal);
        }
        return changed.progress(new Progress(pending, progress.backfills(), progress.runs(), progress.lastNominal()));
    }

    @Override
    public void pause(String scheduleId, String note) {
        setPaused(scheduleId, true, note);
    }

    @Override
    public void unpause(String scheduleId, String note) {
        setPaused(scheduleId, false, note);
    }

    private void setPaused(String scheduleId, boolean paused, String note) {
        Schedule.Pause pause = new Schedule.Pause(paused, Constraints.text("note", note));
        String title = paused ? "PauseSchedule" : "UnpauseSchedule";
        change(scheduleId, action(title, scheduleId, note, null), (schedule) -> {
            Schedule changed = schedule.set(schedule.spec(), schedule.policies(), pause, schedule.remaining());
            changed = paused ? changed.progress(changed.progress().withoutBackfills()) : changed;
            boolean goesOn = !paused && !schedule.pause().paused();
            return goesOn ? changed : plan(changed, changed.times(), now());
        });
    }

    @Override
    public void trigger(String scheduleId, @Nullable OverlapPolicy overlap) {
        String detail = (overlap != null) ? "overlap=" + overlap : null;
        change(scheduleId, action("TriggerSchedule", scheduleId, null, detail), (schedule) -> {
            Progress progress = schedule.progress();
            refuseMoreThan(ScheduleTurn.MAX_PENDING, progress.pending().size(), "starts wait", scheduleId);
            List<PendingStart> pending = new ArrayList<>(progress.pending());
            Instant nominal = later(now(), progress.lastNominal());
            for (PendingStart start : pending) {
                nominal = later(nominal, start.nominal());
            }
            pending.add(new PendingStart(nominal, overlap(schedule, overlap), PendingStart.TRIGGER));
            return atOnce(schedule,
                    new Progress(pending, progress.backfills(), progress.runs(), progress.lastNominal()));
        });
    }

    /** Each call rewrites the list. */
    private void refuseMoreThan(int limit, int there, String what, String scheduleId) {
        if (there >= limit) {
            throw new TooManyRequestsException("Of schedule '" + scheduleId + "' " + there + " " + what
                    + ": expected fewer than " + limit + ". Try it again when some of them are done",
                    this.engine.settings().pollInterval());
        }
    }

    /** Two runs never have the same time, and with it the same id. */
    private static Instant later(Instant time, @Nullable Instant last) {
        return (last != null && !time.isAfter(last)) ? last.plusNanos(1_000) : time;
    }

    @Override
    public void backfill(String scheduleId, Instant from, Instant to, @Nullable OverlapPolicy overlap) {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException("to: expected an instant that is not before " + from + ", given " + to);
        }
        Instant now = now();
        if (to.isAfter(now.plus(CLOCK_DIFFERENCE))) {
            throw new IllegalArgumentException("to: expected an instant that has passed, since what is to come is "
                    + "started when it is time; given " + to + ", now it is " + now);
        }
        Instant end = to.isAfter(now) ? now : to;
        String id = this.engine.runIds().next(now).toString();
        String detail = "from=" + from + ", to=" + to + ((overlap != null) ? ", overlap=" + overlap : "");
        change(scheduleId, action("BackfillSchedule", scheduleId, null, detail), (schedule) -> {
            Progress progress = schedule.progress();
            refuseMoreThan(MAX_BACKFILLS, progress.backfills().size(), "periods are being made up", scheduleId);
            List<Backfill> backfills = new ArrayList<>(progress.backfills());
            backfills.add(new Backfill(id, from.minusNanos(1), end, overlap(schedule, overlap)));
            return atOnce(schedule,
                    new Progress(progress.pending(), backfills, progress.runs(), progress.lastNominal()));
        });
    }

    private static OverlapPolicy overlap(Schedule schedule, @Nullable OverlapPolicy given) {
        return Objects.requireNonNullElse(given, schedule.policies().overlap());
    }

    private Schedule atOnce(Schedule schedule, Progress progress) {
        return schedule.progress(progress).due(schedule.nextNominal(), now(), null);
    }

    @Override
    public void delete(String scheduleId) {
        if (!write(() -> store().delete(scheduleId, action("DeleteSchedule", scheduleId, null, null)))) {
            throw new ScheduleNotFoundException(scheduleId);
        }
    }

    private OperatorAction action(String title, String scheduleId, @Nullable String reason, @Nullable String detail) {
        return this.engine.identities()
            .action(title, OperatorAction.Subject.SCHEDULE, scheduleId, new Operator(null, reason))
            .detail((detail != null) ? Texts.storable(detail, MAX_DETAIL) : null);
    }

    private void change(String scheduleId, OperatorAction action, UnaryOperator<Schedule> change) {
        Schedule changed = write(() -> store().change(scheduleId, change, action));
        if (changed == null) {
            throw new ScheduleNotFoundException(scheduleId);
        }
    }

    /** In the caller's transaction, if there is one; its commit is what wakes. */
    private <T extends @Nullable Object> T write(Supplier<T> action) {
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        if (transaction != null) {
            transaction.requireWritable();
            T result = action.get();
            transaction.afterCommit(this.engine.schedules()::changed);
            return result;
        }
        T result = this.engine.patiently(action);
        this.engine.schedules().changed();
        return result;
    }

    @Override
    public ScheduleDescription describe(String scheduleId) {
        StoredSchedule schedule = store().find(scheduleId);
        if (schedule == null) {
            throw new ScheduleNotFoundException(scheduleId);
        }
        return descriptions(List.of(schedule)).getFirst();
    }

    @Override
    public List<ScheduleDescription> list(String afterId, int limit) {
        return descriptions(store().page(afterId, limit));
    }

    /**
     * Which runs are open is asked now: a schedule hears of their ends when it matters.
     */
    private List<ScheduleDescription> descriptions(List<StoredSchedule> stored) {
        Map<String, Schedule> read = new HashMap<>();
        Map<String, String> problems = new HashMap<>();
        for (StoredSchedule schedule : stored) {
            try {
                Schedule readable = schedule.read();
                readable.times();
                read.put(schedule.scheduleId(), readable);
            }
            catch (RuntimeException ex) {
                problems.put(schedule.scheduleId(), String.valueOf(ex.getMessage()));
            }
        }
        List<StartedRun> open = read.values()
            .stream()
            .flatMap((schedule) -> schedule.progress().openRuns().stream())
            .toList();
        Map<UUID, ScheduleStore.RunEnd> ends = ends(open);
        return stored.stream().map((row) -> {
            Schedule schedule = read.get(row.scheduleId());
            return (schedule != null) ? description(schedule, ends)
                    : unreadable(row, Objects.requireNonNull(problems.get(row.scheduleId())));
        }).toList();
    }

    private Map<UUID, ScheduleStore.RunEnd> ends(List<StartedRun> open) {
        Map<UUID, ScheduleStore.RunEnd> ends = new HashMap<>();
        if (!open.isEmpty()) {
            ends.putAll(store().ends(open));
        }
        // What a run goes on in may have ended, too.
        List<StartedRun> next = open.stream().flatMap((run) -> {
            UUID nextRunId = next(run.currentRunId(), ends);
            return (nextRunId != null) ? Stream.of(run.movedTo(nextRunId.toString())) : Stream.empty();
        }).toList();
        if (!next.isEmpty()) {
            ends.putAll(store().ends(next));
        }
        return ends;
    }

    private static @Nullable UUID next(String runId, Map<UUID, ScheduleStore.RunEnd> ends) {
        ScheduleStore.RunEnd end = ends.get(UUID.fromString(runId));
        return (end != null) ? end.continuedRunId() : null;
    }

    private static ScheduleDescription unreadable(StoredSchedule row, String problem) {
        return new ScheduleDescription(row.scheduleId(), row.action().workflowType(), row.pause().paused(),
                row.pause().note(), List.of(), List.of(), row.counters().actions(), List.of(), 0,
                row.counters().missed(), row.counters().skipped(), problem, row.createdAt(), UNREADABLE,
                ScheduleOptions.defaults());
    }

    private static ScheduleDescription description(Schedule schedule, Map<UUID, ScheduleStore.RunEnd> ends) {
        Progress progress = schedule.progress();
        List<StartedRun> runs = progress.runs();
        List<WorkflowExecution> recent = runs.subList(Math.max(0, runs.size() - RECENT_RUNS), runs.size())
            .stream()
            .map((run) -> new WorkflowExecution(run.workflowId(), run.runId()))
            .toList();
        List<WorkflowExecution> open = progress.openRuns().stream().flatMap((run) -> open(run, ends).stream()).toList();
        return new ScheduleDescription(schedule.scheduleId(), schedule.action().workflowType(),
                schedule.pause().paused(), schedule.pause().note(), nextRuns(schedule), recent,
                schedule.counters().actions(), open, progress.pending().size(), schedule.counters().missed(),
                schedule.counters().skipped(), Objects.requireNonNullElse(schedule.problem(), ""), schedule.createdAt(),
                schedule.spec(), options(schedule));
    }

    private static Optional<WorkflowExecution> open(StartedRun run, Map<UUID, ScheduleStore.RunEnd> ends) {
        if (!ends.containsKey(UUID.fromString(run.currentRunId()))) {
            return Optional.of(new WorkflowExecution(run.workflowId(), run.currentRunId()));
        }
        UUID next = next(run.currentRunId(), ends);
        if (next == null || (ends.containsKey(next) && next(next.toString(), ends) == null)) {
            return Optional.empty();
        }
        return Optional.of(new WorkflowExecution(run.workflowId(), next.toString()));
    }

    private static List<Instant> nextRuns(Schedule schedule) {
        Instant nominal = schedule.nextNominal();
        if (nominal == null || schedule.pause().paused()) {
            return List.of();
        }
        int limit = (int) Math.min(NEXT_RUNS, Objects.requireNonNullElse(schedule.remaining(), (long) NEXT_RUNS));
        return schedule.times().next(nominal.minusNanos(1), limit);
    }

    private static ScheduleOptions options(Schedule schedule) {
        ScheduleOptions options = ScheduleOptions.defaults()
            .overlap(schedule.policies().overlap())
            .catchUpWindow(schedule.policies().catchUpWindow())
            .pauseOnFailure(schedule.policies().pauseOnFailure())
            .paused(schedule.pause().paused())
            .note(schedule.pause().note());
        Long remaining = schedule.remaining();
        return (remaining != null) ? options.remainingActions(remaining) : options;
    }

}

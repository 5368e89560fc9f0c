package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.OverlapPolicy;
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
 * One firing of schedules, inside of the transaction that holds their rows: each decides
 * by its time and its runs what it starts, the runs are made and written, and what the
 * schedule is now is saved. One that makes trouble is left as it is for a while, and
 * holds up no other.
 */
final class ScheduleFiring {

    private static final Logger logger = LoggerFactory.getLogger(ScheduleFiring.class);

    /** How long nothing is fired while too much waits to be written. */
    static final Duration HELD_UP = Duration.ofSeconds(1);

    /** How long a schedule is left alone that cannot be fired. */
    static final Duration POSTPONED = Duration.ofSeconds(30);

    /** What the runs of one transaction may take in memory. */
    private static final int BATCH_BYTES = 16 * 1024 * 1024;

    private final WorkflowEngine engine;

    private final ScheduleStore.Firing rows;

    private final Instant now;

    private final Map<String, Postponed> problems = new LinkedHashMap<>();

    ScheduleFiring(WorkflowEngine engine, ScheduleStore.Firing rows, Instant now) {
        this.engine = engine;
        this.rows = rows;
        this.now = now;
    }

    /** Fires them, and says what is to be done once the transaction has committed. */
    Fired fire() {
        List<ScheduleTurn> deciding = new ArrayList<>();
        for (StoredSchedule schedule : this.rows.schedules()) {
            attempt(schedule.scheduleId(), () -> deciding.add(new ScheduleTurn(schedule.read(), this.now)));
        }
        List<String> over = follow(deciding);
        List<ScheduleTurn> decided = decide(deciding);
        List<Planned> planned = plan(decided);
        boolean heldUp = this.problems.values().stream().anyMatch((problem) -> problem.by().equals(HELD_UP));
        Fired fired = new Fired(decided.size() + this.problems.size(), heldUp, over);
        // All nodes start in the same order, so that none waits for one that waits for
        // it.
        planned.sort(Comparator.comparing((plan) -> plan.execution().workflowId()));
        start(planned, fired);
        List<Schedule> saved = new ArrayList<>();
        decided.forEach((turn) -> {
            ask(turn, fired);
            Schedule after = turn.after();
            saved.add(after);
            if (after.watching()) {
                turn.openRuns().forEach((run) -> fired.watched().add(run.currentRunId()));
            }
        });
        this.rows.save(saved);
        this.problems.forEach(
                (scheduleId, problem) -> this.rows.postpone(scheduleId, this.now.plus(problem.by()), problem.why()));
        return fired;
    }

    private List<ScheduleTurn> decide(List<ScheduleTurn> deciding) {
        List<ScheduleTurn> decided = new ArrayList<>();
        long bytes = 0;
        for (ScheduleTurn turn : deciding) {
            if (bytes > BATCH_BYTES) {
                // The others are left as they are, for the next transaction.
                break;
            }
            if (attempt(turn.before().scheduleId(), turn::decide)) {
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
    private List<Planned> plan(List<ScheduleTurn> decided) {
        Map<String, UUID> ended = new LinkedHashMap<>();
        decided.forEach((turn) -> {
            if (turn.lastOutcome() != null) {
                ended.put(turn.before().scheduleId(), UUID.fromString(turn.lastOutcome()));
            }
        });
        this.rows.keepOutcomes(ended);
        Map<String, ScheduleStore.Outcome> outcomes = this.rows.outcomes(decided.stream()
            .filter(ScheduleTurn::startsAfterAnother)
            .map((turn) -> turn.before().scheduleId())
            .toList());
        List<Planned> planned = new ArrayList<>();
        decided.removeIf((turn) -> {
            String scheduleId = turn.before().scheduleId();
            ScheduleStore.Outcome outcome = outcomes.getOrDefault(scheduleId, ScheduleStore.Outcome.NONE);
            List<Planned> own = new ArrayList<>();
            boolean made = attempt(scheduleId,
                    () -> turn.starts().forEach((start) -> own.add(plan(turn, start, outcome))));
            String held = made ? heldUp(own) : null;
            if (held != null) {
                // It is due as before, and decided again when there may be room.
                this.problems.put(scheduleId, new Postponed(HELD_UP, held));
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
    private boolean attempt(String scheduleId, Runnable work) {
        try {
            work.run();
            return true;
        }
        catch (StoreException ex) {
            throw ex;
        }
        catch (RuntimeException ex) {
            logger.warn("Schedule '{}' cannot be fired: {}", scheduleId, ex.getMessage(), ex);
            this.problems.put(scheduleId, new Postponed(POSTPONED, String.valueOf(ex.getMessage())));
            return false;
        }
    }

    /**
     * Finds out how the open runs stand, through all that they went on in.
     * @return those that need not be watched any more
     */
    private List<String> follow(List<ScheduleTurn> turns) {
        List<String> over = new ArrayList<>();
        boolean moved = true;
        while (moved) {
            moved = false;
            List<StartedRun> open = turns.stream().flatMap((turn) -> turn.openRuns().stream()).toList();
            Map<UUID, ScheduleStore.RunEnd> ends = open.isEmpty() ? Map.of() : this.rows.ends(open);
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

    private void start(List<Planned> planned, Fired fired) {
        if (planned.isEmpty()) {
            return;
        }
        Map<UUID, Transition.Result> results = this.rows.start(planned.stream().map(Planned::execution).toList());
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
    private void ask(ScheduleTurn turn, Fired fired) {
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
            EngineStore.Delivered delivered = this.rows.deliver(runId, message, this.now);
            if (delivered != null) {
                turn.asked(run, how);
                fired.delivered().put(runId, delivered);
            }
        }
    }

    private Planned plan(ScheduleTurn turn, PendingStart start, ScheduleStore.Outcome outcome) {
        Schedule schedule = turn.before();
        WorkflowExecutionStarted template = (WorkflowExecutionStarted) this.engine.events()
            .decode(1, this.now, WorkflowExecutionStarted.class.getSimpleName(), schedule.action().format(),
                    schedule.action().template());
        UUID runId = this.engine.runIds().next(this.now);
        String workflowId = template.workflowId() + "-" + start.nominal();
        RunVersion version = this.engine.builds().route(template.taskQueue(), workflowId);
        WorkflowExecutionStarted event = started(schedule.scheduleId(), template, start, runId, version,
                start.beside() ? ScheduleStore.Outcome.NONE : outcome);
        return new Planned(turn, start, this.engine.admissions()
            .placed(new Transition.NewExecution(runId, event.workflowId(), true, event.workflowType(),
                    event.taskQueue(), event.priority(), this.now, this.now, runId,
                    start.requestId(schedule.scheduleId()), IdReusePolicy.valueOf(schedule.action().reusePolicy()),
                    null, event.memo().isEmpty() ? null : this.engine.json().writeMemo(event.memo()),
                    this.engine.json().writeAttributes(event.searchAttributes()),
                    new Transition.EventRow(1, event.eventType(), this.now, this.engine.events().encode(event)), null,
                    version)
                .sharing(event.fairnessKey()), event));
    }

    private WorkflowExecutionStarted started(String scheduleId, WorkflowExecutionStarted template, PendingStart start,
            UUID runId, RunVersion version, ScheduleStore.Outcome outcome) {
        Duration execution = template.workflowExecutionTimeout();
        Map<String, Object> attributes = SearchAttributes.merge(template.searchAttributes(),
                Map.of(ScheduleFirings.SCHEDULE_ID, scheduleId, ScheduleFirings.SCHEDULED_TIME, start.nominal()));
        return new WorkflowExecutionStarted(1, this.now, template.workflowId() + "-" + start.nominal(),
                runId.toString(), template.workflowType(), template.taskQueue(), template.input(), runId.toString(),
                null, 1, execution, template.workflowRunTimeout(),
                (execution != null) ? this.now.plus(execution) : null, template.retryPolicy(), null, template.memo(),
                attributes, null, template.priority(), template.fairnessKey(),
                (outcome.result() != null) ? this.engine.json().readPayload(outcome.result()) : null, template.header(),
                template.identity(),
                (outcome.failure() != null) ? this.engine.json().readFailure(outcome.failure()) : null, null,
                version.known(), this.engine.machineSettings().warnEvents());
    }

    /** For how long a schedule is left alone, and why. */
    private record Postponed(Duration by, String why) {
    }

    /** A start, and whose it is. */
    private record Planned(ScheduleTurn turn, PendingStart start, Transition.NewExecution execution) {
    }

    /** What is to be done once the transaction has committed. */
    record Fired(int schedules, boolean heldUp, List<String> over, List<Transition.NewExecution> started,
            List<String> watched, Map<UUID, EngineStore.Delivered> delivered) {

        Fired(int schedules, boolean heldUp, List<String> over) {
            this(schedules, heldUp, over, new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
        }

    }

}

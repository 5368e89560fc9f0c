package dev.workflow.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;

import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.WorkflowExecutionStarted;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows from a transition of a run once it is durable, and never earlier:
 * activities begin and end, those who wait are told, other runs are waked. Called by the
 * actor.
 */
final class RunDispatch {

    private static final Logger logger = LoggerFactory.getLogger(RunDispatch.class);

    private final WorkflowEngine engine;

    private final HeldRun run;

    private final RunCode code;

    private @Nullable WorkflowOutcome outcome;

    RunDispatch(WorkflowEngine engine, HeldRun run, RunCode code) {
        this.engine = engine;
        this.run = run;
        this.code = code;
    }

    /**
     * Does what the turn has come to.
     * @param next the run that this one goes on in
     * @param launcher sees to a thread for an activity that begins
     */
    void follow(Turn turn, Transition.@Nullable NewExecution next, Consumer<Attempt> launcher) {
        for (ActivityTaskScheduled order : turn.localActivities()) {
            this.engine.activities()
                .start(new EngineStore.ClaimedActivity(new EngineStore.ActivityKey(this.run.runId(), order.eventId()),
                        this.run.workflowId(), this.run.workflowType(), order, 1, false, false, null, null, 0, null),
                        this.run.owner(), launcher);
        }
        turn.canceledActivities().forEach(this::cancel);
        turn.tell();
        Transition.Close close = turn.closing();
        if (close != null) {
            turn.endedActivities().forEach(this::cancel);
            closed(close, next);
        }
        if (!turn.canceledActivities().isEmpty() || turn.localActivities().size() < turn.newActivityCount()) {
            this.engine.wakeups().activitiesDue(this.run.taskQueue());
        }
    }

    private void cancel(Long scheduledEventId) {
        this.engine.activities().cancel(new EngineStore.ActivityKey(this.run.runId(), scheduledEventId));
    }

    private void closed(Transition.Close close, Transition.@Nullable NewExecution next) {
        WorkflowExecutionStarted started = this.code.state().started();
        this.engine.metrics()
            .workflowClosed(this.run.workflowType(), close.status(),
                    Duration.between(started.eventTime(), close.closedAt()));
        WorkflowOutcome ended = new WorkflowOutcome(this.run.workflowId(), this.run.runId().toString(),
                this.run.workflowType(), close.status(),
                (close.result() != null) ? this.engine.json().readPayload(close.result()) : null,
                (close.failure() != null) ? this.engine.json().readFailure(close.failure()) : null,
                (next != null) ? next.runId().toString() : null);
        this.outcome = ended;
        this.engine.results().closedHere(ended);
        if (next == null || !next.workflowType().equals(this.run.workflowType())) {
            this.engine.admissions()
                .ended(this.run.workflowType(), UUID.fromString(started.firstExecutionRunId()),
                        FairnessKeys.stored(started.fairnessKey()));
        }
        if (next != null) {
            this.engine.admissions().begun(next);
            wakeFor(next);
        }
    }

    private void wakeFor(Transition.NewExecution next) {
        if (next.dueAt().isAfter(this.engine.clock().instant())) {
            this.engine.wakeups().dueAt(next.dueAt(), next.taskQueue());
        }
        else {
            this.engine.poller().claimSoon(next);
        }
    }

    /**
     * Tells of the end, if the run has ended, once more: to whoever found the actor after
     * it had told and before it was gone.
     */
    void closedAgain() {
        if (this.outcome != null) {
            this.engine.results().closedHere(this.outcome);
        }
    }

    /** Wakes those for whom the transition has written something. */
    void tellOthers(Transition transition, Consumer<Delivery> itself) {
        Relations relations = transition.relations();
        if (relations != null) {
            if (transition.close() == null && !(relations.children().isEmpty() && relations.asks().isEmpty())) {
                itself.accept(new Delivery.InboxHint());
            }
            this.engine.deliveries().wakeRelated(relations);
        }
    }

    /** Once, when it is time to continue as new, and long before the run ends by it. */
    void warnOfLength(long before, long now) {
        int suggested = Objects.requireNonNullElse(this.code.state().started().warnEvents(),
                this.engine.machineSettings().warnEvents());
        if (before < suggested && now >= suggested) {
            logger.warn(
                    "The history of {} ({}, run {}) has {} events; it should continue as new, and fails at {} "
                            + "(workflow.history.max-events)",
                    this.run.workflowId(), this.run.workflowType(), this.run.runId(), now,
                    this.engine.settings().maxEvents());
        }
    }

}

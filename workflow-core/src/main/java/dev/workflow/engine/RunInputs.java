package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.ActivityTaskCanceled;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskFailed;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.ActivityTaskStarted;
import dev.workflow.history.ActivityTaskTimedOut;
import dev.workflow.history.ChildWorkflowExecutionCanceled;
import dev.workflow.history.ChildWorkflowExecutionCompleted;
import dev.workflow.history.ChildWorkflowExecutionFailed;
import dev.workflow.history.ChildWorkflowExecutionStarted;
import dev.workflow.history.ChildWorkflowExecutionTerminated;
import dev.workflow.history.ChildWorkflowExecutionTimedOut;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.ExternalWorkflowExecutionCancelRequested;
import dev.workflow.history.ExternalWorkflowExecutionSignaled;
import dev.workflow.history.InputEvent;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionFailed;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionInitiated;
import dev.workflow.history.SignalExternalWorkflowExecutionFailed;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.history.StartChildWorkflowExecutionFailed;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.TimerFired;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.history.WorkflowExecutionTimedOut;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.schedule.CronRuns;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a run becomes its events: each input and the commands of the code that
 * follow from it, one input after the other, into a {@link Turn}. What comes a second
 * time, or too late, is consumed and leaves no event.
 * <p>
 * Called by the actor. Nobody is told anything before the turn is durable.
 */
final class RunInputs {

    private static final FailureInfo TOO_LATE = FailureInfo.application("WorkflowCompleted",
            "The workflow completed before it could take the update", true);

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final WorkflowEngine engine;

    private final HeldRun run;

    private final RunCode code;

    private final LocalActivities locals;

    RunInputs(WorkflowEngine engine, HeldRun run, RunCode code, LocalActivities locals) {
        this.engine = engine;
        this.run = run;
        this.code = code;
        this.locals = locals;
    }

    private RunState state() {
        return this.code.state();
    }

    /**
     * Adds what the code ordered beyond its history. Code that ends in its first step,
     * although signals wait for it, runs again and handles these first; returns the
     * inputs that are left.
     */
    List<Delivery.Input> begin(Turn turn, List<CommandEvent> news, List<Delivery.Input> inputs) {
        List<Delivery.Signal> signals = this.code.endsInFirstStep(news) ? signals(inputs) : List.of();
        if (signals.isEmpty()) {
            news.forEach(turn::add);
            return inputs;
        }
        List<WorkflowExecutionSignaled> first = new ArrayList<>();
        for (Delivery.Signal signal : signals) {
            turn.consume(signal.messageId());
            turn.whenDurable(() -> signal.acknowledged().complete(null));
            if (!state().hasSeenRequest(signal.requestId())) {
                WorkflowExecutionSignaled event = signal.event(state().lastEvent() + 1, this.code.now(), true);
                turn.add(event);
                first.add(event);
            }
        }
        this.code.begin(first).forEach(turn::add);
        return inputs.stream().filter((input) -> !(input instanceof Delivery.Signal)).toList();
    }

    private static List<Delivery.Signal> signals(List<Delivery.Input> inputs) {
        return inputs.stream().filter(Delivery.Signal.class::isInstance).map(Delivery.Signal.class::cast).toList();
    }

    /**
     * Applies the inputs one by one until the run is closed; returns how many of them it
     * took.
     */
    int advance(Turn turn, List<Delivery.Input> inputs) {
        int taken = 0;
        while (taken < inputs.size() && !turn.isClosed()) {
            switch (inputs.get(taken)) {
                case Delivery.Signal signal -> signal(turn, signal);
                case Delivery.Update update -> update(turn, update);
                case Delivery.Cancel cancel -> cancel(turn, cancel);
                case Delivery.Outcome outcome -> outcome(turn, outcome);
                case Delivery.Answer answer -> answer(turn, answer);
                case Delivery.ChildClosed closed -> childClosed(turn, closed);
                case Delivery.LocalOutcome local -> local(turn, local);
                case Delivery.Note note -> note(turn, note);
            }
            taken++;
            limit(turn);
        }
        return taken;
    }

    /** Ends a run whose history has become too long. */
    void limit(Turn turn) {
        if (!turn.isClosed() && state().lastEvent() >= this.engine.settings().maxEvents()) {
            String reason = "The history has reached its limit of " + this.engine.settings().maxEvents()
                    + " events (workflow.history.max-events). Continue as new before that.";
            Instant now = this.code.now();
            turn.close(WorkflowStatus.FAILED, now, null, FailureInfo.application("HistoryLimitExceeded", reason, true));
            turn.add(new WorkflowExecutionTerminated(state().lastEvent() + 1, now, reason, null));
        }
    }

    private void input(Turn turn, InputEvent event) {
        turn.add(event);
        for (CommandEvent command : this.code.apply(event)) {
            turn.add(command);
        }
    }

    private void signal(Turn turn, Delivery.Signal signal) {
        turn.consume(signal.messageId());
        turn.whenDurable(() -> signal.acknowledged().complete(null));
        if (!state().hasSeenRequest(signal.requestId())) {
            input(turn, signal.event(state().lastEvent() + 1, this.code.now(), false));
        }
    }

    private void update(Turn turn, Delivery.Update update) {
        if (state().hasSeenUpdate(update.updateId())) {
            turn.consume(update.messageId());
            return;
        }
        HandlerCall call = update.call();
        FailureInfo refusal = this.code.validate(call);
        if (refusal != null) {
            reject(turn, update, refusal);
            return;
        }
        turn.consume(update.messageId());
        input(turn, new WorkflowExecutionUpdateAccepted(state().lastEvent() + 1, this.code.now(), update.updateId(),
                call.name(), call.input(), call.header()));
    }

    /**
     * What follows in this turn may be refused, and the update is then looked at again.
     */
    private void reject(Turn turn, Delivery.Update update, FailureInfo refusal) {
        if (update.messageId() != null) {
            turn.reply(update.messageId(), refusal);
        }
        turn.whenDurable(() -> this.engine.updates().rejected(this.run.runId(), update.updateId(), refusal));
    }

    private void cancel(Turn turn, Delivery.Cancel cancel) {
        turn.consume(cancel.messageId());
        turn.whenDurable(() -> cancel.acknowledged().complete(null));
        if (state().isRunCancelRequested()) {
            return;
        }
        input(turn, new WorkflowExecutionCancelRequested(state().lastEvent() + 1, this.code.now(),
                cancel.request().reason(), cancel.request().identity()));
    }

    private void outcome(Turn turn, Delivery.Outcome delivery) {
        turn.consume(delivery.messageId());
        long order = delivery.scheduledEventId();
        if (!state().isPending(order)) {
            return;
        }
        ActivityOutcome outcome = delivery.outcome();
        int attempt = outcome.attempt();
        if (attempt > 1) {
            input(turn, new ActivityTaskStarted(state().lastEvent() + 1, this.code.now(), order, attempt, null));
        }
        long id = state().lastEvent() + 1;
        FailureInfo failure = outcome.failure();
        input(turn, switch (outcome.kind()) {
            case COMPLETED -> new ActivityTaskCompleted(id, this.code.now(), order, attempt,
                    (outcome.result() != null) ? outcome.result() : Json.NULL);
            case FAILED -> new ActivityTaskFailed(id, this.code.now(), order, attempt, known(failure),
                    String.valueOf(outcome.retryState()));
            case TIMED_OUT -> new ActivityTaskTimedOut(id, this.code.now(), order, attempt, known(failure));
            case CANCELED -> new ActivityTaskCanceled(id, this.code.now(), order, failure);
        });
    }

    private void answer(Turn turn, Delivery.Answer answer) {
        turn.consume(answer.messageId());
        long order = answer.initiatedEventId();
        StartChildWorkflowExecutionInitiated child = state().child(order);
        CommandEvent asked = state().asked(order);
        long id = state().lastEvent() + 1;
        String refusal = answer.refusal();
        if (child != null && !state().hasStarted(order)) {
            if (refusal != null) {
                input(turn, new StartChildWorkflowExecutionFailed(id, this.code.now(), order, child.workflowId(),
                        child.workflowType(), refusal));
                return;
            }
            turn.whenDurable(() -> this.engine.metrics().workflowStarted(child.workflowType(), this.run.taskQueue()));
            input(turn, new ChildWorkflowExecutionStarted(id, this.code.now(), order, child.workflowId(), child.runId(),
                    child.workflowType()));
        }
        else if (asked instanceof SignalExternalWorkflowExecutionInitiated signal) {
            input(turn,
                    (refusal != null)
                            ? new SignalExternalWorkflowExecutionFailed(id, this.code.now(), order, signal.workflowId(),
                                    refusal)
                            : new ExternalWorkflowExecutionSignaled(id, this.code.now(), order, signal.workflowId()));
        }
        else if (asked instanceof RequestCancelExternalWorkflowExecutionInitiated cancel) {
            input(turn, (refusal != null)
                    ? new RequestCancelExternalWorkflowExecutionFailed(id, this.code.now(), order, cancel.workflowId(),
                            refusal)
                    : new ExternalWorkflowExecutionCancelRequested(id, this.code.now(), order, cancel.workflowId()));
        }
    }

    private void childClosed(Turn turn, Delivery.ChildClosed closed) {
        turn.consume(closed.messageId());
        long order = closed.initiatedEventId();
        if (state().child(order) == null) {
            return;
        }
        ChildOutcome outcome = closed.outcome();
        long id = state().lastEvent() + 1;
        String childRun = outcome.runId();
        FailureInfo failure = outcome.failure();
        input(turn, switch (outcome.status()) {
            case COMPLETED -> new ChildWorkflowExecutionCompleted(id, this.code.now(), order, childRun,
                    (outcome.result() != null) ? outcome.result() : Json.NULL);
            case CANCELED -> new ChildWorkflowExecutionCanceled(id, this.code.now(), order, childRun, failure);
            case TIMED_OUT -> new ChildWorkflowExecutionTimedOut(id, this.code.now(), order, childRun, known(failure));
            case TERMINATED ->
                new ChildWorkflowExecutionTerminated(id, this.code.now(), order, childRun, known(failure));
            case FAILED, CONTINUED_AS_NEW, RUNNING ->
                new ChildWorkflowExecutionFailed(id, this.code.now(), order, childRun, known(failure));
        });
    }

    private void local(Turn turn, Delivery.LocalOutcome outcome) {
        ActivityTaskScheduled order = outcome.order();
        this.locals.ended(order.activityId());
        if (this.code.isLocalActivityPending(order.activityId())) {
            input(turn,
                    new LocalActivityMarkerRecorded(state().lastEvent() + 1, this.code.now(), order.activityId(),
                            order.activityType(), outcome.attempt(), outcome.result(), outcome.failure(),
                            outcome.retryState(), outcome.nextAttemptTime()));
        }
    }

    private void note(Turn turn, Delivery.Note note) {
        turn.consume(note.messageId());
        OperatorActionRecorded event = note.action().at(state().lastEvent() + 1, this.code.now());
        turn.add(event);
        this.code.pass(event);
    }

    private static FailureInfo known(@Nullable FailureInfo failure) {
        return (failure != null) ? failure
                : FailureInfo.application("UnknownFailure", "The failure was not recorded", false);
    }

    /** What is due by now. */
    void time(Turn turn) {
        if (turn.isClosed()) {
            return;
        }
        for (RunState.Due due : state().takeDue(this.engine.clock().instant())) {
            if (turn.isClosed()) {
                return;
            }
            switch (due) {
                case RunState.Due.Timer timer -> {
                    if (state().isTimerOpen(timer.startedEventId())) {
                        input(turn, new TimerFired(state().lastEvent() + 1, this.code.now(), timer.startedEventId()));
                    }
                }
                case RunState.Due.ActivityDeadline deadline -> deadline(turn, deadline);
                case RunState.Due.LocalRetry retry -> {
                    // It begins after this turn.
                }
                case RunState.Due.RunDeadline deadline -> outOfTime(turn, deadline);
            }
        }
    }

    void outOfTime(Turn turn, RunState.Due.RunDeadline deadline) {
        Instant now = this.code.now();
        FailureInfo timeout = FailureInfo.timeout(deadline.timeoutType(),
                "The workflow ran out of time (" + deadline.timeoutType().toLowerCase(Locale.ROOT) + " timeout)", null,
                null);
        // Trying again does not help an execution that is out of time.
        boolean again = deadline.timeoutType().equals("RUN") && !state().isRunCancelRequested()
                && (state().started().backoffAfter(timeout, now) != null
                        || CronRuns.backoff(state().started(), now) != null);
        turn.timeOut(new WorkflowExecutionTimedOut(state().lastEvent() + 1, now, deadline.timeoutType(),
                again ? this.engine.runIds().next(now).toString() : null), timeout);
    }

    private void deadline(Turn turn, RunState.Due.ActivityDeadline deadline) {
        ActivityTaskScheduled order = deadline.order();
        if (!state().isPending(order.eventId())) {
            return;
        }
        EngineStore.ActivityKey key = new EngineStore.ActivityKey(this.run.runId(), order.eventId());
        var seized = this.engine.retrying(() -> this.engine.store().seize(key, deadline.unstartedOnly()));
        if (seized.isEmpty()) {
            if (!deadline.unstartedOnly()) {
                // Its result is being committed right now, or is on its way.
                state().postpone(order, false, this.engine.clock().instant().plusMillis(100));
            }
            else if (mayNotHaveBegun(key)) {
                state().postpone(order, true, nextLook(order));
            }
            return;
        }
        this.engine.activities().cancel(key);
        String kind = deadline.unstartedOnly() ? "SCHEDULE_TO_START" : "SCHEDULE_TO_CLOSE";
        String lastFailure = seized.get().lastFailure();
        FailureInfo failure = FailureInfo
            .timeout(kind, "Activity " + order.activityType() + " (" + order.activityId() + ") ran out of time: " + kind
                    + (deadline.unstartedOnly() ? ", no worker of task queue '" + order.taskQueue() + "' took it" : ""),
                    null, (lastFailure != null) ? this.engine.json().readFailure(lastFailure) : null);
        outcome(turn, new Delivery.Outcome(order.eventId(), new ActivityOutcome(Math.max(1, seized.get().attempt()),
                ActivityOutcome.Kind.TIMED_OUT, null, failure, "TIMEOUT"), 0, null));
    }

    /**
     * A first attempt that was claimed may still wait for a slot, and be given back
     * without having begun.
     */
    private boolean mayNotHaveBegun(EngineStore.ActivityKey key) {
        return this.engine.retrying(() -> Optional.ofNullable(this.engine.store().activity(key)))
            .filter((activity) -> activity.attempt() <= 1 && activity.lastFailure() == null
                    && !activity.completesLater())
            .isPresent();
    }

    /** Less and less often, since most have begun and take their time. */
    private Instant nextLook(ActivityTaskScheduled order) {
        Instant now = this.engine.clock().instant();
        Instant deadline = state().started()
            .countedFrom(order.eventId(), order.eventTime())
            .plus(Objects.requireNonNull(order.scheduleToStartTimeout()));
        Duration overdue = Duration.between(deadline, now);
        return now.plus((overdue.compareTo(SECOND) > 0) ? overdue : SECOND);
    }

    /**
     * What reached a run that has just ended: nobody will take it any more. Its senders
     * hear of it once that is durable, for the end may yet be refused.
     */
    void turnAway(Turn turn, List<Delivery.Input> late) {
        for (Delivery.Input input : late) {
            switch (input) {
                case Delivery.Update update -> turnAway(turn, update);
                case Delivery.Signal signal -> {
                    turn.consume(signal.messageId());
                    turn.whenDurable(() -> signal.acknowledged()
                        .completeExceptionally(new WorkflowNotFoundException(this.run.workflowId())));
                }
                case Delivery.Cancel cancel -> {
                    turn.consume(cancel.messageId());
                    turn.whenDurable(() -> cancel.acknowledged().complete(null));
                }
                case Delivery.Outcome outcome -> turn.consume(outcome.messageId());
                case Delivery.Answer answer -> turn.consume(answer.messageId());
                case Delivery.ChildClosed closed -> turn.consume(closed.messageId());
                case Delivery.Note note -> turn.consume(note.messageId());
                case Delivery.LocalOutcome local -> {
                    // What ran when the run ended counts for nothing.
                }
            }
        }
    }

    /** One that is repeated has its outcome in the history. */
    private void turnAway(Turn turn, Delivery.Update update) {
        if (state().hasSeenUpdate(update.updateId())) {
            turn.consume(update.messageId());
        }
        else {
            reject(turn, update, TOO_LATE);
        }
    }

    /** The same for what is in the inbox and has not been read. */
    void turnAwayUnread(Turn turn, List<Message> unread) {
        for (Message message : unread) {
            if (message.kind() == Message.Kind.UPDATE) {
                turnAway(turn, new Delivery.Update(String.valueOf(message.dedupKey()),
                        new HandlerCall(String.valueOf(message.name()), Json.NULL, Map.of()), message.id()));
            }
            else {
                turn.consume(message.id());
            }
        }
    }

}

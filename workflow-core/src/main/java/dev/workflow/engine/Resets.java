package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.ExternalWorkflowExecutionCancelRequested;
import dev.workflow.history.ExternalWorkflowExecutionSignaled;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.InputEvent;
import dev.workflow.history.NoteEvent;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionFailed;
import dev.workflow.history.ResetOrigin;
import dev.workflow.history.SignalExternalWorkflowExecutionFailed;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * Resets and forks: a new run that begins with events of another one.
 * <p>
 * <b>Points.</b> Any event but the one that ends the run may be the last one that is
 * kept. After a command the code goes on behind it; after an input it decides anew what
 * to do about it. So no event needs a place of its own for the reset: that it happened
 * stands in the new run's first event. <b>Pending.</b> What the kept events order and do
 * not end is seen to: activities are done again, timers keep their time, children that
 * are open go on as the new run's, and the end of those that are not is told again.
 * <b>Later.</b> Signals and updates that came after the point wait in the new run's
 * inbox.
 */
final class Resets {

    private static final String FORMER_CHILD = "The parent workflow was reset to a point before it ordered this one";

    private static final String NO_CHILD = "The child workflow is not there any more";

    private final WorkflowEngine engine;

    Resets(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * What is asked for.
     *
     * @param base the run whose events are kept
     * @param point the last one of them
     * @param forkId the workflow id of a fork; null for a reset
     * @param options how
     */
    record Wish(EngineStore.ExecutionRow base, ResetPoint point, @Nullable String forkId, ResetOptions options) {
    }

    StartResult make(Wish wish) {
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        if (transaction != null) {
            transaction.requireWritable();
        }
        ResetPlan plan = plan(wish);
        ResetPlan.Result result = (transaction != null) ? transaction.reset(plan) : this.engine.patiently(() -> {
            ResetPlan.Result tried = this.engine.store().reset(plan);
            if (tried instanceof ResetPlan.Result.Locked) {
                throw held(wish);
            }
            return tried;
        });
        String workflowId = plan.execution().workflowId();
        return switch (result) {
            case ResetPlan.Result.Made made -> {
                if (transaction != null) {
                    transaction.touch(wish.base().workflowId());
                    transaction.touch(workflowId);
                    transaction.afterCommit(() -> tell(plan, made));
                }
                else {
                    tell(plan, made);
                    made.ended().forEach(this.engine.terminations()::settle);
                }
                yield new StartResult(workflowId, plan.execution().runId().toString(), true);
            }
            case ResetPlan.Result.MadeBefore before -> new StartResult(workflowId, before.runId().toString(), false);
            case ResetPlan.Result.Exists exists ->
                throw new WorkflowAlreadyStartedException(workflowId, exists.runId().toString());
            case ResetPlan.Result.OpenChild child -> throw new ChildIsOpenException("Workflow '"
                    + wish.base().workflowId() + "' waits at this event for its child '" + child.workflowId()
                    + "', which goes on for it alone. Fork it at an event before it ordered that child, or after "
                    + "the child has ended.");
            case ResetPlan.Result.Deleted deleted ->
                throw new WorkflowNotFoundException(wish.base().workflowId(), "Run " + wish.base().runId()
                        + " of workflow '" + wish.base().workflowId() + "' cannot be reset or forked: it is deleted");
            case ResetPlan.Result.Locked locked -> throw held(wish);
        };
    }

    private static StoreException held(Wish wish) {
        return new StoreException(StoreException.Kind.LOCKED, "Workflow '" + wish.base().workflowId()
                + "' or one of its children is held by a transaction that has not ended", null);
    }

    private void tell(ResetPlan plan, ResetPlan.Result.Made made) {
        made.ended().forEach(this.engine.terminations()::dropped);
        Transition.NewExecution run = plan.execution();
        this.engine.metrics().workflowStarted(run.workflowType(), run.taskQueue());
        this.engine.admissions().begun(run);
        if (run.dueAt().isAfter(this.engine.clock().instant())) {
            this.engine.wakeups().dueAt(run.dueAt(), run.taskQueue());
        }
        else if (this.engine.runsHere(run.workflowType(), run.taskQueue())) {
            this.engine.poller().claimSoon(run);
        }
        else {
            this.engine.wakeups().due(run.taskQueue());
        }
        if (!plan.activities().isEmpty()) {
            this.engine.poller().wake();
            plan.activities().forEach((activity) -> this.engine.wakeups().activitiesDue(activity.taskQueue()));
        }
    }

    private ResetPlan plan(Wish wish) {
        UUID base = wish.base().runId();
        long wanted = switch (wish.point()) {
            case ResetPoint.First first -> 1;
            case ResetPoint.Event event -> event.eventId();
            case ResetPoint.Last latest -> beforeLastCommand(base);
        };
        RunState kept = read(wish.base(), wanted);
        long last = kept.lastEvent();
        Instant now = now(kept);
        String identity = this.engine.identities().current();
        RunVersion version = this.engine.builds()
            .next(wish.base().version(), null, true, kept.started().taskQueue(),
                    (wish.forkId() != null) ? wish.forkId() : wish.base().workflowId());
        WorkflowExecutionStarted started = started(wish, kept, new ResetOrigin(wish.base().workflowId(),
                base.toString(), last, now, kept.started().seedRunId(last - 1), identity, wish.options().reason()),
                version);
        List<Transition.ActivityRow> activities = kept.pendingActivities()
            .stream()
            .map((a) -> new Transition.ActivityRow(a.eventId(), a.activityType(), a.taskQueue(), a.priority(), false,
                    now, FairnessKeys.stored(started.fairnessKey())))
            .toList();
        List<Long> canceled = activities.stream()
            .map(Transition.ActivityRow::scheduledEventId)
            .filter(kept::isCancelRequested)
            .toList();
        List<ResetPlan.Child> children = kept.openChildren()
            .stream()
            .map((StartChildWorkflowExecutionInitiated c) -> new ResetPlan.Child(c.eventId(), c.workflowId(),
                    UUID.fromString(c.runId()), kept.hasStarted(c.eventId())))
            .toList();
        String reason = "Reset to event " + last + ", in run " + started.runId()
                + ((wish.options().reason() != null) ? ": " + wish.options().reason() : "");
        return new ResetPlan(base, last, execution(wish, started, kept, version), activities, canceled, children,
                Set.copyOf(kept.asked()), wish.options().keepSignals(),
                (wish.forkId() != null) ? null : termination(reason, identity),
                (child) -> termination(FORMER_CHILD, identity), this::messages, now);
    }

    /** The input after which the code has ordered something for the last time. */
    private long beforeLastCommand(UUID runId) {
        long input = 1;
        long last = 1;
        Iterator<HistoryEvent> history = this.engine.store().history(runId, 0);
        while (history.hasNext()) {
            switch (history.next()) {
                case InputEvent event -> input = event.eventId();
                case CommandEvent event -> last = input;
                case NoteEvent note -> {
                    // The code knows nothing of it.
                }
            }
        }
        return last;
    }

    /** Notes at the end are left out: the code has gone on before they were made. */
    private RunState read(EngineStore.ExecutionRow base, long last) {
        RunState kept = new RunState();
        List<NoteEvent> notes = new ArrayList<>();
        Iterator<HistoryEvent> history = this.engine.store().history(base.runId(), 0);
        for (long read = 0; read < last; read++) {
            if (!history.hasNext()) {
                throw new IllegalArgumentException((read == 0)
                        ? "Workflow '" + base.workflowId()
                                + "' cannot be reset or forked in the transaction that starts or resets it"
                        : "eventId: expected 1 to " + read + ", the events that run " + base.runId() + " of workflow '"
                                + base.workflowId() + "' has, given " + last);
            }
            HistoryEvent event = history.next();
            if (event.closesRun()) {
                throw new IllegalArgumentException("eventId: expected 1 to " + (event.eventId() - 1) + ", since event "
                        + event.eventId() + " (" + event.eventType() + ") ends run " + base.runId() + " of workflow '"
                        + base.workflowId() + "', given " + last);
            }
            if (event instanceof NoteEvent note) {
                notes.add(note);
                continue;
            }
            notes.forEach(kept::apply);
            notes.clear();
            kept.apply(event);
        }
        return kept;
    }

    private Instant now(RunState kept) {
        Instant now = this.engine.clock().instant();
        return now.isBefore(kept.time()) ? kept.time() : now;
    }

    private WorkflowExecutionStarted started(Wish wish, RunState kept, ResetOrigin origin, RunVersion version) {
        WorkflowExecutionStarted base = kept.started();
        Instant now = origin.time();
        String runId = this.engine.runIds().next(now).toString();
        boolean fork = wish.forkId() != null;
        List<ResetOrigin> resets = new ArrayList<>();
        base.resets().stream().filter((reset) -> reset.eventId() < origin.eventId()).forEach(resets::add);
        resets.add(origin);
        Duration whole = base.workflowExecutionTimeout();
        return new WorkflowExecutionStarted(1, base.eventTime(),
                (wish.forkId() != null) ? wish.forkId() : base.workflowId(), runId, base.workflowType(),
                base.taskQueue(), base.input(), fork ? runId : base.firstExecutionRunId(),
                fork ? null : base.continuedExecutionRunId(), base.attempt(), whole, base.workflowRunTimeout(),
                (whole != null) ? now.plus(whole) : null, base.retryPolicy(), base.cronSchedule(), base.memo(),
                base.searchAttributes(), fork ? null : base.parent(), base.priority(), base.fairnessKey(),
                base.lastCompletionResult(), base.header(), base.identity(), base.continuedFailure(),
                base.firstWorkflowTaskBackoff(), version.known(), List.copyOf(resets), base.warnEvents());
    }

    private Transition.NewExecution execution(Wish wish, WorkflowExecutionStarted started, RunState kept,
            RunVersion version) {
        Instant now = started.resets().getLast().time();
        Instant due = now.isBefore(started.beginTime()) ? started.beginTime() : now;
        return new Transition.NewExecution(UUID.fromString(started.runId()), started.workflowId(), true,
                started.workflowType(), started.taskQueue(), started.priority(), now, due,
                UUID.fromString(started.firstExecutionRunId()), wish.options().requestId(),
                IdReusePolicy.ALLOW_DUPLICATE, started.parent(),
                kept.memo().isEmpty() ? null : this.engine.json().writeMemo(kept.memo()),
                kept.searchAttributes().isEmpty() ? null : this.engine.json().writeAttributes(kept.searchAttributes()),
                new Transition.EventRow(1, started.eventType(), started.eventTime(),
                        this.engine.events().encode(started)),
                null, version)
            .sharing(started.fairnessKey())
            .in(Admissions.place(started));
    }

    private EngineStore.Termination termination(String reason, String identity) {
        return new EngineStore.Termination(this.engine.json().write(FailureInfo.terminated(reason)), reason, identity,
                (order) -> null, this.engine.json().writeText(FORMER_CHILD));
    }

    private List<Transition.NewMessage> messages(ResetPlan plan, ResetPlan.Later later) {
        List<Transition.NewMessage> messages = new ArrayList<>();
        for (int i = 0; i < plan.children().size(); i++) {
            child(messages, plan.children().get(i), later.children().get(i));
        }
        Map<Long, @Nullable String> answers = answers(plan, later);
        answers.forEach((order, refusal) -> messages.add(answer(order, refusal)));
        if (plan.keepSignals()) {
            later.runs().forEach((run) -> run.events().forEach((event) -> again(messages, run, event)));
            later.inbox()
                .stream()
                .filter((m) -> m.kind() != Message.Kind.ANSWER)
                .map((m) -> new Transition.NewMessage(m.kind(), m.name(), m.dedupKey(), m.payload()))
                .forEach(messages::add);
        }
        return messages;
    }

    /**
     * A signal that has no key of its own gets one: the next reset finds it in the run
     * that got it first and in the one that it was given to again.
     */
    private void again(List<Transition.NewMessage> messages, ResetPlan.RunEvents run, HistoryEvent event) {
        if (event instanceof WorkflowExecutionSignaled e) {
            messages.add(new Transition.NewMessage(Message.Kind.SIGNAL, e.signalName(),
                    (e.requestId() != null) ? e.requestId() : run.key(e), this.engine.json()
                        .writeCall(new HandlerCall(e.signalName(), e.input(), e.header(), e.identity()))));
        }
        else if (event instanceof WorkflowExecutionUpdateAccepted e) {
            messages.add(new Transition.NewMessage(Message.Kind.UPDATE, e.updateName(), e.updateId(),
                    this.engine.json().writeCall(new HandlerCall(e.updateName(), e.input(), e.header()))));
        }
    }

    private void child(List<Transition.NewMessage> messages, ResetPlan.Child child, ResetPlan.ChildState state) {
        UUID runId = state.runId();
        if (!child.startKnown()) {
            messages.add(answer(child.initiatedEventId(), (runId != null) ? null : Relations.ALREADY_EXISTS));
        }
        if (runId == null && child.startKnown()) {
            messages.add(this.engine.deliveries()
                .childNotice(child.initiatedEventId(), WorkflowStatus.TERMINATED, child.firstRunId().toString(), null,
                        this.engine.json().write(FailureInfo.terminated(NO_CHILD))));
        }
        else if (runId != null && !state.isOpen()) {
            messages.add(this.engine.deliveries()
                .childNotice(child.initiatedEventId(), state.status(), runId.toString(), state.result(),
                        state.failure()));
        }
    }

    /**
     * What became of messages to other workflows that were sent before the point. They
     * are not sent again: a run that ended before it heard of it takes them as delivered.
     */
    private Map<Long, @Nullable String> answers(ResetPlan plan, ResetPlan.Later later) {
        Map<Long, @Nullable String> answers = new LinkedHashMap<>();
        plan.asked().stream().sorted().forEach((order) -> answers.put(order, null));
        for (Message message : later.inbox()) {
            if (message.kind() == Message.Kind.ANSWER) {
                long order = Long.parseLong(String.valueOf(message.name()));
                if (answers.containsKey(order)) {
                    answers.put(order, this.engine.json().readText(message.payload()));
                }
            }
        }
        for (HistoryEvent event : later.events()) {
            switch (event) {
                case ExternalWorkflowExecutionSignaled e -> answers.replace(e.initiatedEventId(), null);
                case ExternalWorkflowExecutionCancelRequested e -> answers.replace(e.initiatedEventId(), null);
                case SignalExternalWorkflowExecutionFailed e -> answers.replace(e.initiatedEventId(), e.cause());
                case RequestCancelExternalWorkflowExecutionFailed e -> answers.replace(e.initiatedEventId(), e.cause());
                default -> {
                    // Signals and updates.
                }
            }
        }
        return answers;
    }

    private static Transition.NewMessage answer(long initiatedEventId, @Nullable String refusal) {
        String order = Long.toString(initiatedEventId);
        return new Transition.NewMessage(Message.Kind.ANSWER, order, order,
                (refusal != null) ? '"' + refusal + '"' : "null");
    }

}

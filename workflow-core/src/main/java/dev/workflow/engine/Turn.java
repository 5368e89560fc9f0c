package dev.workflow.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.ActivityTaskCancelRequested;
import dev.workflow.history.ActivityTaskCanceled;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskFailed;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.ActivityTaskTimedOut;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.ParentExecution;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionInitiated;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.UpsertWorkflowSearchAttributes;
import dev.workflow.history.WorkflowExecutionCanceled;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.history.WorkflowExecutionContinuedAsNew;
import dev.workflow.history.WorkflowExecutionFailed;
import dev.workflow.history.WorkflowExecutionTimedOut;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import dev.workflow.history.WorkflowPropertiesModified;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * What one turn of an actor has come to so far: collects events and what follows from
 * them, becomes a transition.
 */
final class Turn {

    private final WorkflowEngine engine;

    private final RunState state;

    private final long firstEvent;

    private final List<Transition.EventRow> events = new ArrayList<>(4);

    private final List<ActivityTaskScheduled> localActivities = new ArrayList<>(2);

    private final List<Transition.ActivityRow> newActivities = new ArrayList<>(2);

    private final List<Long> endedActivities = new ArrayList<>(2);

    private final List<Long> canceledActivities = new ArrayList<>(0);

    private final List<Long> consumed = new ArrayList<>(0);

    private final Map<Long, String> replies = new LinkedHashMap<>(0);

    private final List<Runnable> whenDurable = new ArrayList<>(2);

    private final List<StartChildWorkflowExecutionInitiated> newChildren = new ArrayList<>(0);

    private final List<CommandEvent> asks = new ArrayList<>(0);

    private final boolean inboxUnread;

    private boolean attributesChanged;

    private Transition.@Nullable Close close;

    private @Nullable WorkflowExecutionContinuedAsNew continued;

    private @Nullable String followedBy;

    private @Nullable Json result;

    private @Nullable FailureInfo failure;

    Turn(WorkflowEngine engine, RunState state) {
        this(engine, state, false);
    }

    /**
     * A turn.
     * @param inboxUnread whether it holds only while nothing waits in the inbox
     */
    Turn(WorkflowEngine engine, RunState state, boolean inboxUnread) {
        this.engine = engine;
        this.state = state;
        this.inboxUnread = inboxUnread;
        this.firstEvent = state.lastEvent();
    }

    /** Adds an event, applying it to the state. */
    void add(HistoryEvent event) {
        this.state.apply(event);
        this.events.add(new Transition.EventRow(event.eventId(), event.eventType(), event.eventTime(),
                this.engine.events().encode(event)));
        switch (event) {
            case ActivityTaskScheduled e -> order(e);
            case ActivityTaskCompleted e -> this.endedActivities.add(e.scheduledEventId());
            case ActivityTaskFailed e -> this.endedActivities.add(e.scheduledEventId());
            case ActivityTaskTimedOut e -> this.endedActivities.add(e.scheduledEventId());
            case ActivityTaskCanceled e -> this.endedActivities.add(e.scheduledEventId());
            case ActivityTaskCancelRequested e -> this.canceledActivities.add(e.scheduledEventId());
            case StartChildWorkflowExecutionInitiated e -> this.newChildren.add(e);
            case SignalExternalWorkflowExecutionInitiated e -> this.asks.add(e);
            case RequestCancelExternalWorkflowExecutionInitiated e -> this.asks.add(e);
            case UpsertWorkflowSearchAttributes e -> this.attributesChanged = true;
            case WorkflowPropertiesModified e -> this.attributesChanged = true;
            case WorkflowExecutionUpdateAccepted e -> whenDurable(() -> this.engine.updates().accepted(runId(), e));
            case WorkflowExecutionUpdateCompleted e -> whenDurable(() -> this.engine.updates().completed(runId(), e));
            case WorkflowExecutionCompleted e -> {
                this.followedBy = e.newExecutionRunId();
                this.result = e.result();
                close(WorkflowStatus.COMPLETED, e.eventTime(), e.result(), null);
            }
            case WorkflowExecutionFailed e -> {
                this.followedBy = e.newExecutionRunId();
                this.failure = e.failure();
                close(WorkflowStatus.FAILED, e.eventTime(), null, e.failure());
            }
            case WorkflowExecutionCanceled e -> close(WorkflowStatus.CANCELED, e.eventTime(), null, e.failure());
            case WorkflowExecutionContinuedAsNew e -> {
                this.continued = e;
                close(WorkflowStatus.CONTINUED_AS_NEW, e.eventTime(), null, null);
            }
            default -> {
                // Nothing but the event itself is written.
            }
        }
    }

    private void order(ActivityTaskScheduled event) {
        boolean claimed = this.engine.activities()
            .tryReserve(event.taskQueue(), event.activityType(), event.priority());
        if (claimed) {
            this.localActivities.add(event);
        }
        this.newActivities.add(new Transition.ActivityRow(event.eventId(), event.activityType(), event.taskQueue(),
                event.priority(), claimed, event.eventTime(), FairnessKeys.stored(this.state.started().fairnessKey())));
    }

    /** Ends the run for a reason that comes from the code or from outside. */
    void close(WorkflowStatus status, Instant at, @Nullable Json result, @Nullable FailureInfo failure) {
        this.close = new Transition.Close(status, at, (result != null) ? this.engine.json().writePayload(result) : null,
                (failure != null) ? this.engine.json().write(failure) : null);
        for (ActivityTaskScheduled pending : this.state.pendingActivities()) {
            this.endedActivities.add(pending.eventId());
        }
    }

    void consume(@Nullable Long messageId) {
        if (messageId != null) {
            this.consumed.add(messageId);
        }
    }

    /** Answers a rejected update that came through the inbox. */
    void reply(long messageId, FailureInfo failure) {
        this.replies.put(messageId, this.engine.json().write(failure));
    }

    void whenDurable(Runnable action) {
        this.whenDurable.add(action);
    }

    boolean isClosed() {
        return this.close != null;
    }

    Transition.@Nullable Close closing() {
        return this.close;
    }

    @Nullable WorkflowExecutionContinuedAsNew continued() {
        return this.continued;
    }

    /**
     * Ends the run because it is out of time; it may be tried again in another one, or
     * recur.
     */
    void timeOut(WorkflowExecutionTimedOut event, FailureInfo timeout) {
        this.followedBy = event.newExecutionRunId();
        this.failure = timeout;
        close(WorkflowStatus.TIMED_OUT, event.eventTime(), null, timeout);
        add(event);
    }

    /** The run that tries the failed workflow again, or is its next one; or null. */
    @Nullable String followedBy() {
        return this.followedBy;
    }

    /** How the run failed, if it did. */
    @Nullable FailureInfo failure() {
        return this.failure;
    }

    /** What the run returned, if it did. */
    @Nullable Json result() {
        return this.result;
    }

    /** Whether the workflow goes on in another run when this one has ended. */
    boolean goesOn() {
        return this.continued != null || this.followedBy != null;
    }

    boolean isEmpty() {
        return this.events.isEmpty() && this.consumed.isEmpty() && this.replies.isEmpty();
    }

    int newActivityCount() {
        return this.newActivities.size();
    }

    List<ActivityTaskScheduled> localActivities() {
        return this.localActivities;
    }

    List<Long> canceledActivities() {
        return this.canceledActivities;
    }

    List<Long> endedActivities() {
        return this.endedActivities;
    }

    /** Tells those who wait for what is durable now. */
    void tell() {
        this.whenDurable.forEach(Runnable::run);
    }

    /** Gives back what was reserved for a turn that is not written. */
    void abandon() {
        this.localActivities.forEach((a) -> this.engine.activities().unreserve(a.taskQueue(), a.activityType()));
        this.localActivities.clear();
    }

    Transition transition(long owner, int token, Transition.@Nullable NewExecution start, @Nullable Instant dueAt,
            Transition.@Nullable NewExecution next, RunVersion version) {
        Transition.Attributes attributes = this.attributesChanged
                ? new Transition.Attributes(this.engine.json().writeMemo(this.state.memo()),
                        this.engine.json().writeAttributes(this.state.searchAttributes()))
                : null;
        List<Transition.ActivityRow> orders = this.newActivities;
        if (this.close != null && !this.newActivities.isEmpty()) {
            // Ordered and given up in the same turn: no row is needed.
            abandon();
            orders = List.of();
        }
        return new Transition(runId(), owner, token, (start != null) ? 0 : this.firstEvent, this.state.lastEvent(),
                dueAt, start, this.events, orders, this.endedActivities, this.canceledActivities, this.consumed,
                this.replies, attributes, this.close, next, relations(next, version), this.inboxUnread);
    }

    private @Nullable Relations relations(Transition.@Nullable NewExecution next, RunVersion version) {
        ParentExecution parent = (this.close != null) ? this.state.started().parent() : null;
        boolean orphans = this.close != null && this.state.openChildren()
            .stream()
            .anyMatch((c) -> c.parentClosePolicy() != ParentClosePolicy.ABANDON && !this.newChildren.contains(c));
        if (this.newChildren.isEmpty() && this.asks.isEmpty() && parent == null && !orphans) {
            return null;
        }
        ChildStarts starts = new ChildStarts(this.engine, this.state.started(), version);
        // A child that would end with the run that starts it is not started.
        this.newChildren.removeIf((c) -> this.close != null && c.parentClosePolicy() != ParentClosePolicy.ABANDON);
        return new Relations(this.newChildren.stream().map(starts::child).toList(),
                this.asks.stream().map(starts::ask).toList(), (parent != null) ? parent(parent, next) : null,
                orphans ? this.engine.json().writeText(ChildStarts.PARENT_ENDED) : null);
    }

    private Relations.Parent parent(ParentExecution parent, Transition.@Nullable NewExecution next) {
        Transition.Close end = java.util.Objects.requireNonNull(this.close);
        Transition.NewMessage notice = (next != null) ? null : this.engine.deliveries()
            .childNotice(parent.initiatedEventId(), end.status(), runId().toString(), end.result(), end.failure());
        return new Relations.Parent(UUID.fromString(parent.runId()), notice);
    }

    private UUID runId() {
        return UUID.fromString(this.state.started().runId());
    }

}

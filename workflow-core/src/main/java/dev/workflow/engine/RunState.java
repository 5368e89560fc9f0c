package dev.workflow.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

import dev.workflow.history.ActivityTaskCancelRequested;
import dev.workflow.history.ActivityTaskCanceled;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskFailed;
import dev.workflow.history.ActivityTaskOptions;
import dev.workflow.history.ActivityTaskScheduled;
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
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionFailed;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionInitiated;
import dev.workflow.history.SignalExternalWorkflowExecutionFailed;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.history.StartChildWorkflowExecutionFailed;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.TimerCanceled;
import dev.workflow.history.TimerFired;
import dev.workflow.history.TimerStarted;
import dev.workflow.history.UpsertWorkflowSearchAttributes;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowPropertiesModified;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * What the engine must know of a run, derived from its events alone: live and after a
 * replay it is the same. Deduplication of signals and updates lives here, so it lives in
 * the history.
 */
final class RunState {

    private record Deadline(Instant at, long eventId, Kind kind) implements Comparable<Deadline> {

        enum Kind {

            TIMER, SCHEDULE_TO_CLOSE, SCHEDULE_TO_START, LOCAL_RETRY, RUN, EXECUTION;

            boolean isOfActivity() {
                return this == SCHEDULE_TO_CLOSE || this == SCHEDULE_TO_START;
            }

        }

        @Override
        public int compareTo(Deadline other) {
            int byTime = this.at.compareTo(other.at);
            return (byTime != 0) ? byTime : Long.compare(this.eventId, other.eventId);
        }

    }

    /** Something whose time has come. */
    sealed interface Due {

        record Timer(long startedEventId) implements Due {
        }

        record ActivityDeadline(ActivityTaskScheduled order, boolean unstartedOnly) implements Due {
        }

        record LocalRetry() implements Due {
        }

        record RunDeadline(String timeoutType) implements Due {
        }

    }

    /**
     * A local activity that is tried again after a long pause.
     *
     * @param eventId the event that says so
     * @param attempt the attempt that failed
     * @param at when the next one begins
     */
    record LocalRetry(long eventId, int attempt, Instant at) {
    }

    private @Nullable WorkflowExecutionStarted started;

    private Map<Long, ActivityTaskScheduled> activities = Collections.emptyMap();

    private Map<String, LocalRetry> localRetries = Collections.emptyMap();

    private Set<Long> openTimers = Collections.emptySet();

    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>(1);

    private Set<String> requestIds = Collections.emptySet();

    private Set<String> updates = Collections.emptySet();

    private Map<String, Json> memo = Collections.emptyMap();

    private Map<String, Object> searchAttributes = Collections.emptyMap();

    private Set<Long> cancelRequested = Collections.emptySet();

    private Map<Long, StartChildWorkflowExecutionInitiated> children = Collections.emptyMap();

    private Set<Long> startedChildren = Collections.emptySet();

    private Map<Long, CommandEvent> asked = Collections.emptyMap();

    private boolean runCancelRequested;

    private long lastEvent;

    private Instant time = Instant.EPOCH;

    void apply(HistoryEvent event) {
        if (event.eventId() != this.lastEvent + 1) {
            throw new IllegalStateException("The history has event " + event.eventId() + " (" + event.eventType()
                    + ") where " + (this.lastEvent + 1) + " was expected");
        }
        this.lastEvent = event.eventId();
        if (event instanceof WorkflowExecutionStarted first) {
            this.started = first;
        }
        this.time = started().timeAfter(event.eventId(),
                (event instanceof WorkflowExecutionStarted first) ? first.beginTime() : event.eventTime());
        switch (event) {
            case WorkflowExecutionStarted e -> begin(e);
            case ActivityTaskScheduled e -> ordered(e);
            case ActivityTaskCancelRequested e ->
                this.cancelRequested = with(this.cancelRequested, e.scheduledEventId());
            case ActivityTaskCompleted e -> ended(e.scheduledEventId());
            case ActivityTaskFailed e -> ended(e.scheduledEventId());
            case ActivityTaskTimedOut e -> ended(e.scheduledEventId());
            case ActivityTaskCanceled e -> ended(e.scheduledEventId());
            case LocalActivityMarkerRecorded e -> local(e);
            case OperatorActionRecorded e -> stepIn(e);
            case TimerStarted e -> {
                this.openTimers = with(this.openTimers, e.eventId());
                this.deadlines
                    .add(new Deadline(e.eventTime().plus(e.startToFireTimeout()), e.eventId(), Deadline.Kind.TIMER));
            }
            case TimerFired e -> this.openTimers.remove(e.startedEventId());
            case TimerCanceled e -> this.openTimers.remove(e.startedEventId());
            case WorkflowExecutionSignaled e -> {
                if (e.requestId() != null) {
                    this.requestIds = with(this.requestIds, e.requestId());
                }
            }
            case StartChildWorkflowExecutionInitiated e -> this.children = with(this.children, e.eventId(), e);
            case ChildWorkflowExecutionStarted e ->
                this.startedChildren = with(this.startedChildren, e.initiatedEventId());
            case StartChildWorkflowExecutionFailed e -> childEnded(e.initiatedEventId());
            case ChildWorkflowExecutionCompleted e -> childEnded(e.initiatedEventId());
            case ChildWorkflowExecutionFailed e -> childEnded(e.initiatedEventId());
            case ChildWorkflowExecutionCanceled e -> childEnded(e.initiatedEventId());
            case ChildWorkflowExecutionTimedOut e -> childEnded(e.initiatedEventId());
            case ChildWorkflowExecutionTerminated e -> childEnded(e.initiatedEventId());
            case SignalExternalWorkflowExecutionInitiated e -> this.asked = with(this.asked, e.eventId(), e);
            case RequestCancelExternalWorkflowExecutionInitiated e -> this.asked = with(this.asked, e.eventId(), e);
            case ExternalWorkflowExecutionSignaled e -> this.asked.remove(e.initiatedEventId());
            case SignalExternalWorkflowExecutionFailed e -> this.asked.remove(e.initiatedEventId());
            case ExternalWorkflowExecutionCancelRequested e -> this.asked.remove(e.initiatedEventId());
            case RequestCancelExternalWorkflowExecutionFailed e -> this.asked.remove(e.initiatedEventId());
            case WorkflowExecutionCancelRequested e -> this.runCancelRequested = true;
            case WorkflowExecutionUpdateAccepted e -> this.updates = with(this.updates, e.updateId());
            case UpsertWorkflowSearchAttributes e -> e.searchAttributes().forEach((name, value) -> {
                if (value == null) {
                    this.searchAttributes.remove(name);
                }
                else {
                    this.searchAttributes = with(this.searchAttributes, name, value);
                }
            });
            case WorkflowPropertiesModified e -> e.upsertedMemo().forEach((name, value) -> {
                if (value.isNull()) {
                    this.memo.remove(name);
                }
                else {
                    this.memo = with(this.memo, name, value);
                }
            });
            default -> {
                // The other events change nothing that the engine has to remember.
            }
        }
    }

    private void begin(WorkflowExecutionStarted event) {
        event.memo().forEach((name, value) -> this.memo = with(this.memo, name, value));
        event.searchAttributes()
            .forEach((name, value) -> this.searchAttributes = with(this.searchAttributes, name, value));
        if (event.workflowRunTimeout() != null) {
            Instant from = event.countedFrom(event.eventId(), event.beginTime());
            this.deadlines.add(new Deadline(from.plus(event.workflowRunTimeout()), 0, Deadline.Kind.RUN));
        }
        if (event.workflowExecutionExpirationTime() != null) {
            this.deadlines.add(new Deadline(event.workflowExecutionExpirationTime(), 0, Deadline.Kind.EXECUTION));
        }
    }

    private void ordered(ActivityTaskScheduled event) {
        this.activities = with(this.activities, event.eventId(), event);
        Instant from = started().countedFrom(event.eventId(), event.eventTime());
        if (event.scheduleToCloseTimeout() != null) {
            this.deadlines.add(new Deadline(from.plus(event.scheduleToCloseTimeout()), event.eventId(),
                    Deadline.Kind.SCHEDULE_TO_CLOSE));
        }
        if (event.scheduleToStartTimeout() != null) {
            this.deadlines.add(new Deadline(from.plus(event.scheduleToStartTimeout()), event.eventId(),
                    Deadline.Kind.SCHEDULE_TO_START));
        }
    }

    /** Whose options were changed has other deadlines from then on. */
    private void stepIn(OperatorActionRecorded event) {
        ActivityTaskOptions options = event.options();
        ActivityTaskScheduled order = this.activities.get(event.scheduledEventId());
        if (options != null && order != null) {
            this.deadlines
                .removeIf((deadline) -> deadline.eventId() == order.eventId() && deadline.kind().isOfActivity());
            ordered(options.appliedTo(order));
        }
    }

    private void local(LocalActivityMarkerRecorded event) {
        Instant next = event.nextAttemptTime();
        if (next == null) {
            this.localRetries.remove(event.activityId());
            return;
        }
        this.localRetries = with(this.localRetries, event.activityId(),
                new LocalRetry(event.eventId(), event.attempt(), next));
        this.deadlines.add(new Deadline(next, event.eventId(), Deadline.Kind.LOCAL_RETRY));
    }

    /** Also when the clock is set back before it has begun. */
    private void localRetryIsDue(long eventId) {
        this.localRetries.replaceAll((id, retry) -> (retry.eventId() == eventId)
                ? new LocalRetry(eventId, retry.attempt(), Instant.MIN) : retry);
    }

    private boolean isLocalRetryOpen(long eventId) {
        return this.localRetries.values().stream().anyMatch((retry) -> retry.eventId() == eventId);
    }

    /** The pause that the local activity is in or was in last; null when none. */
    @Nullable LocalRetry localRetry(String activityId) {
        return this.localRetries.get(activityId);
    }

    /** Whether the next attempt of that local activity need not wait. */
    boolean isLocalActivityDue(String activityId, Instant now) {
        LocalRetry retry = this.localRetries.get(activityId);
        return retry == null || !retry.at().isAfter(now);
    }

    private void ended(long scheduledEventId) {
        this.activities.remove(scheduledEventId);
        this.cancelRequested.remove(scheduledEventId);
    }

    private void childEnded(long initiatedEventId) {
        this.children.remove(initiatedEventId);
        this.startedChildren.remove(initiatedEventId);
    }

    /** The order of a child that has not ended, or null. */
    @Nullable StartChildWorkflowExecutionInitiated child(long initiatedEventId) {
        return this.children.get(initiatedEventId);
    }

    /** Whether it is known that the child has started. */
    boolean hasStarted(long initiatedEventId) {
        return this.startedChildren.contains(initiatedEventId);
    }

    /** Children that have not ended, as far as this run knows. */
    Collection<StartChildWorkflowExecutionInitiated> openChildren() {
        return this.children.values();
    }

    /**
     * Signals and cancellations of others of which it is not known what became of them.
     */
    Set<Long> asked() {
        return this.asked.keySet();
    }

    /**
     * The signal or cancellation of another workflow of which it is not known what became
     * of it, or null.
     */
    @Nullable CommandEvent asked(long initiatedEventId) {
        return this.asked.get(initiatedEventId);
    }

    WorkflowExecutionStarted started() {
        if (this.started == null) {
            throw new IllegalStateException("The run has no WorkflowExecutionStarted event");
        }
        return this.started;
    }

    long lastEvent() {
        return this.lastEvent;
    }

    /** The time of the last event: what the code sees as now. */
    Instant time() {
        return this.time;
    }

    boolean isPending(long scheduledEventId) {
        return this.activities.containsKey(scheduledEventId);
    }

    boolean hasPendingActivities() {
        return !this.activities.isEmpty();
    }

    List<ActivityTaskScheduled> pendingActivities() {
        return List.copyOf(this.activities.values());
    }

    boolean isCancelRequested(long scheduledEventId) {
        return this.cancelRequested.contains(scheduledEventId);
    }

    boolean isRunCancelRequested() {
        return this.runCancelRequested;
    }

    boolean hasSeenRequest(@Nullable String requestId) {
        return requestId != null && this.requestIds.contains(requestId);
    }

    boolean hasSeenUpdate(String updateId) {
        return this.updates.contains(updateId);
    }

    Map<String, Json> memo() {
        return this.memo;
    }

    Map<String, Object> searchAttributes() {
        return this.searchAttributes;
    }

    /** The earliest timer or deadline, or never. */
    Instant nextDue() {
        dropStale();
        Deadline next = this.deadlines.peek();
        return (next != null) ? next.at() : EngineClock.NEVER;
    }

    /** When the run, or its execution, is out of time. */
    Instant end() {
        return this.deadlines.stream()
            .filter((deadline) -> deadline.kind() == Deadline.Kind.RUN || deadline.kind() == Deadline.Kind.EXECUTION)
            .map(Deadline::at)
            .min(Comparator.naturalOrder())
            .orElse(EngineClock.NEVER);
    }

    /** Removes and returns what is due at the given time, earliest first. */
    List<Due> takeDue(Instant now) {
        List<Due> due = new ArrayList<>();
        dropStale();
        for (Deadline next = this.deadlines.peek(); next != null
                && !next.at().isAfter(now); next = this.deadlines.peek()) {
            this.deadlines.poll();
            due.add(switch (next.kind()) {
                case TIMER -> new Due.Timer(next.eventId());
                case SCHEDULE_TO_CLOSE -> new Due.ActivityDeadline(order(next), false);
                case SCHEDULE_TO_START -> new Due.ActivityDeadline(order(next), true);
                case LOCAL_RETRY -> {
                    localRetryIsDue(next.eventId());
                    yield new Due.LocalRetry();
                }
                case RUN -> new Due.RunDeadline("RUN");
                case EXECUTION -> new Due.RunDeadline("EXECUTION");
            });
            dropStale();
        }
        return due;
    }

    boolean isTimerOpen(long startedEventId) {
        return this.openTimers.contains(startedEventId);
    }

    /** Looks again at a deadline that could not be acted on. */
    void postpone(ActivityTaskScheduled order, boolean unstartedOnly, Instant until) {
        this.deadlines.add(new Deadline(until, order.eventId(),
                unstartedOnly ? Deadline.Kind.SCHEDULE_TO_START : Deadline.Kind.SCHEDULE_TO_CLOSE));
    }

    private ActivityTaskScheduled order(Deadline deadline) {
        ActivityTaskScheduled order = this.activities.get(deadline.eventId());
        if (order == null) {
            throw new IllegalStateException("A deadline of no pending activity: " + deadline);
        }
        return order;
    }

    // Most of these stay empty, and there may be very many runs: a table is made with its
    // first entry. What is empty may be one that cannot be added to.

    private static <K, V> Map<K, V> with(Map<K, V> table, K key, V value) {
        Map<K, V> added = table.isEmpty() ? new LinkedHashMap<>(2) : table;
        added.put(key, value);
        return added;
    }

    private static <E> Set<E> with(Set<E> table, E element) {
        Set<E> added = table.isEmpty() ? new HashSet<>(2) : table;
        added.add(element);
        return added;
    }

    private void dropStale() {
        for (Deadline next = this.deadlines.peek(); next != null; next = this.deadlines.peek()) {
            boolean live = switch (next.kind()) {
                case TIMER -> this.openTimers.contains(next.eventId());
                case SCHEDULE_TO_CLOSE, SCHEDULE_TO_START -> this.activities.containsKey(next.eventId());
                case LOCAL_RETRY -> isLocalRetryOpen(next.eventId());
                case RUN, EXECUTION -> true;
            };
            if (live) {
                return;
            }
            this.deadlines.poll();
        }
    }

}

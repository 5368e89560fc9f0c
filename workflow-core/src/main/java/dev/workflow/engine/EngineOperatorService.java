package dev.workflow.engine;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import dev.workflow.ActivityOptions;
import dev.workflow.Constraints;
import dev.workflow.RetryOptions;
import dev.workflow.client.ConcurrencyDescription;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.history.ActivityTaskOptions;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.RetryPolicy;
import org.jspecify.annotations.Nullable;

/** Steps in through the tables: whoever has the run or the activity hears of it. */
final class EngineOperatorService implements OperatorService {

    private static final double MOST_PER_SECOND = 1_000_000;

    private static final int MOST_SLOTS = 100_000;

    private static final int MOST_ACTIONS = 1_000;

    private final WorkflowEngine engine;

    private final RunLookup runs;

    private final OutgoingCalls calls;

    private final ActivityCompletions completions;

    EngineOperatorService(WorkflowEngine engine, RunLookup runs, OutgoingCalls calls, ActivityCompletions completions) {
        this.engine = engine;
        this.runs = runs;
        this.calls = calls;
        this.completions = completions;
    }

    private String identity(Operator operator) {
        return this.engine.identities().of(operator);
    }

    @Override
    public void activity(WorkflowRef workflow, String activityId, ActivityAction action, Operator operator) {
        this.runs.refuseInTransaction(workflow.workflowId(), action.title());
        EngineStore.ActivityKey key = new EngineStore.ActivityKey(this.runs.open(workflow).runId(),
                order(workflow, activityId));
        EngineStore.ClaimedActivity activity = this.engine.store().activity(key);
        if (activity == null) {
            throw unknown(workflow, activityId);
        }
        check(activity, action);
        Instant now = this.engine.clock().instant();
        String identity = identity(operator);
        EngineStore.Delivered delivered = this.engine.patiently(() -> this.engine.store().steer(key, (row) -> {
            if (operator.requestId() != null && operator.requestId().equals(row.lastRequestId())) {
                return null;
            }
            ActivityTaskOptions options = (action instanceof ActivityAction.ChangeOptionsOf change)
                    ? changed(options(row, activity.order()), change.options()) : null;
            EngineStore.Steering steering = steering(row, action, new OperatorActionRecorded(1, now, action.title(),
                    identity, now, operator.reason(), key.scheduledEventId(), options), now);
            return (steering != null) ? steering.requestedBy(operator.requestId()) : null;
        }, now));
        if (delivered == null) {
            throw unknown(workflow, activityId);
        }
        this.engine.deliveries().announce(key.runId(), delivered);
        this.engine.poller().wake();
        this.engine.wakeups().activitiesDue(activity.order().taskQueue());
    }

    @Override
    public void pause(WorkflowRef workflow, Operator operator) {
        this.runs.refuseInTransaction(workflow.workflowId(), "pause");
        UUID runId = this.runs.open(workflow).runId();
        Instant now = this.engine.clock().instant();
        String problem = "[paused] by " + identity(operator) + " at " + now
                + ((operator.reason() != null) ? ": " + operator.reason() : "");
        String written = Objects.requireNonNull(this.engine.json().writeProblem(Texts.storable(problem, 4_000)));
        EngineStore.OperatorNote note = note("PauseWorkflow", operator, now);
        EngineStore.PausedRun paused = this.engine
            .patiently(() -> this.engine.store().pause(runId, note, written, now));
        if (paused == null) {
            throw new WorkflowNotFoundException(workflow.workflowId());
        }
        if (paused.changed()) {
            this.engine.terminations().taken(runId, paused.owner());
        }
    }

    @Override
    public void unpause(WorkflowRef workflow, Operator operator) {
        this.runs.refuseInTransaction(workflow.workflowId(), "unpause");
        UUID runId = this.runs.open(workflow).runId();
        Instant now = this.engine.clock().instant();
        EngineStore.OperatorNote note = note("UnpauseWorkflow", operator, now);
        EngineStore.PausedRun unpaused = this.engine.patiently(() -> this.engine.store().unpause(runId, note, now));
        if (unpaused == null) {
            throw new WorkflowNotFoundException(workflow.workflowId());
        }
        if (unpaused.changed()) {
            // Whether it is due, or messages wait for it, or activities: a look tells.
            this.engine.wakeups().pollAt(unpaused.dueAt());
            this.engine.wakeups().due(unpaused.taskQueue());
        }
    }

    private EngineStore.OperatorNote note(String action, Operator operator, Instant now) {
        OperatorActionRecorded record = new OperatorActionRecorded(1, now, action, identity(operator), now,
                operator.reason(), null, null);
        return new EngineStore.OperatorNote(record, new OperatorActions(this.engine.events()).message(record));
    }

    @Override
    public void pause(EngineStore.Control.Kind kind, String name, Operator operator) {
        EngineStore.Control control = new EngineStore.Control(kind, name, this.engine.clock().instant(),
                identity(operator), operator.reason());
        OperatorAction action = this.engine.identities().action("Pause" + title(kind), subject(kind), name, operator);
        this.engine.patiently(() -> {
            this.engine.store().pause(control, action);
            return true;
        });
        changed();
    }

    @Override
    public void unpause(EngineStore.Control.Kind kind, String name, Operator operator) {
        OperatorAction action = this.engine.identities().action("Unpause" + title(kind), subject(kind), name, operator);
        this.engine.patiently(() -> {
            this.engine.store().unpause(kind, name, action);
            return true;
        });
        changed();
    }

    @Override
    public @Nullable Double configuredRate(String taskQueue) {
        return this.engine.limits().activityRateOf(taskQueue);
    }

    @Override
    public void limitRate(String taskQueue, @Nullable Double perSecond, Operator operator) {
        if (perSecond != null && !(perSecond > 0 && perSecond <= MOST_PER_SECOND)) {
            throw new IllegalArgumentException("The rate limit of task queue '" + taskQueue
                    + "': expected more than 0 and at most " + MOST_PER_SECOND + " a second, given " + perSecond);
        }
        OperatorAction action = this.engine.identities()
            .action("LimitTaskQueueRate", OperatorAction.Subject.TASK_QUEUE, taskQueue, operator)
            .detail("activitiesPerSecond=" + perSecond);
        this.engine.patiently(() -> {
            this.engine.store().limitRate(taskQueue, perSecond, this.engine.clock().instant(), action);
            return true;
        });
        changed();
    }

    @Override
    public void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots,
            Operator operator) {
        requireSlots("activitySlots", activitySlots);
        requireSlots("workflowSlots", workflowSlots);
        OperatorAction action = this.engine.identities()
            .action("SetTaskQueueSlots", OperatorAction.Subject.TASK_QUEUE, taskQueue, operator)
            .detail("activitySlots=" + activitySlots + ", workflowSlots=" + workflowSlots);
        this.engine.patiently(() -> {
            this.engine.store().setSlots(taskQueue, activitySlots, workflowSlots, action);
            return true;
        });
        changed();
    }

    private static OperatorAction.Subject subject(EngineStore.Control.Kind kind) {
        return switch (kind) {
            case TASK_QUEUE -> OperatorAction.Subject.TASK_QUEUE;
            case WORKFLOW_TYPE -> OperatorAction.Subject.WORKFLOW_TYPE;
        };
    }

    private static String title(EngineStore.Control.Kind kind) {
        return switch (kind) {
            case TASK_QUEUE -> "TaskQueue";
            case WORKFLOW_TYPE -> "WorkflowType";
        };
    }

    @Override
    public List<OperatorAction> actions(OperatorAction.@Nullable Subject subject, @Nullable String name, long before,
            int limit) {
        Constraints.between("limit", limit, 1, MOST_ACTIONS);
        return this.engine.store().operatorActions(subject, name, before, limit);
    }

    @Override
    public void limitConcurrency(String workflowType, @Nullable ConcurrencyLimit limit, Operator operator) {
        setConcurrency(workflowType, limit, identity(operator),
                concurrencyAction("LimitWorkflowTypeConcurrency", workflowType, operator)
                    .detail((limit != null) ? "max=" + limit.max() + ", maxPerKey=" + limit.maxPerKey() : "no limit"));
    }

    @Override
    public void resetConcurrency(String workflowType, Operator operator) {
        setConcurrency(workflowType, this.engine.limits().concurrency().get(workflowType), null,
                concurrencyAction("ResetWorkflowTypeConcurrency", workflowType, operator));
    }

    private OperatorAction concurrencyAction(String action, String workflowType, Operator operator) {
        return this.engine.identities()
            .action(action, OperatorAction.Subject.WORKFLOW_TYPE, Constraints.id("workflowType", workflowType),
                    operator);
    }

    private void setConcurrency(String workflowType, @Nullable ConcurrencyLimit limit, @Nullable String by,
            OperatorAction action) {
        this.engine.patiently(() -> {
            this.engine.store().admissions().limit(workflowType, limit, by, this.engine.clock().instant(), action);
            return true;
        });
        changed();
    }

    @Override
    public ConcurrencyDescription concurrency(String workflowType) {
        Optional<EngineStore.Control> control = controls(EngineStore.Control.Kind.WORKFLOW_TYPE).stream()
            .filter((limited) -> limited.name().equals(workflowType))
            .findFirst();
        AdmissionStore.Census census = this.engine.store()
            .admissions()
            .census(List.of(workflowType))
            .getOrDefault(workflowType, AdmissionStore.Census.NONE);
        return new ConcurrencyDescription(control.map(EngineStore.Control::concurrency).orElse(null),
                control.map(EngineStore.Control::limitedBy).orElse(null),
                control.map(EngineStore.Control::limitedAt).orElse(null), census.inProgress(), census.waiting(),
                census.delayed());
    }

    @Override
    public List<String> limitedTypes() {
        return this.engine.store()
            .controls()
            .stream()
            .filter((control) -> control.concurrency() != null)
            .map(EngineStore.Control::name)
            .sorted()
            .toList();
    }

    private static void requireSlots(String name, @Nullable Integer slots) {
        if (slots != null) {
            Constraints.between(name, slots, 1, MOST_SLOTS);
        }
    }

    @Override
    public List<EngineStore.Control> taskQueues() {
        return controls(EngineStore.Control.Kind.TASK_QUEUE);
    }

    private List<EngineStore.Control> controls(EngineStore.Control.Kind kind) {
        return this.engine.store().controls().stream().filter((control) -> control.kind() == kind).toList();
    }

    private void changed() {
        this.engine.controls().refresh();
        this.engine.wakeups().controlsChanged();
    }

    @Override
    public FairnessService fairness() {
        return new FairnessService() {

            @Override
            public List<FairnessWeight> weights() {
                List<FairnessWeight> weights = EngineOperatorService.this.engine.store().fairness().weights();
                return (weights != null) ? weights : List.of();
            }

            @Override
            public void weigh(String key, @Nullable Double weight, Operator operator) {
                if (!key.isEmpty()) {
                    Constraints.fairnessKey(key);
                }
                if (weight != null) {
                    Constraints.fairnessWeight("weight", weight);
                }
                WorkflowEngine of = EngineOperatorService.this.engine;
                OperatorAction action = of.identities()
                    .action("WeighFairnessKey", OperatorAction.Subject.FAIRNESS_KEY, key, operator)
                    .detail("weight=" + weight);
                of.patiently(() -> {
                    of.sharing().keys().weigh(key, weight, action);
                    return true;
                });
            }

        };
    }

    @Override
    public List<EngineStore.Control> pauses() {
        return this.engine.store().controls().stream().filter((control) -> control.pausedAt() != null).toList();
    }

    private void check(EngineStore.ClaimedActivity activity, ActivityAction action) {
        if (action instanceof ActivityAction.Complete complete) {
            this.calls.checkSize(complete.result());
            this.completions.checkResult(activity, complete.result());
        }
    }

    private static long order(WorkflowRef workflow, String activityId) {
        try {
            return Long.parseLong(activityId);
        }
        catch (NumberFormatException ex) {
            throw unknown(workflow, activityId);
        }
    }

    private static UnknownActivityException unknown(WorkflowRef workflow, String activityId) {
        return new UnknownActivityException("Workflow '" + workflow.workflowId() + "' has no activity '" + activityId
                + "' without a result. Those that it has are among its pendingActivities.");
    }

    private EngineStore.@Nullable Steering steering(EngineStore.SteeredActivity row, ActivityAction action,
            OperatorActionRecorded record, Instant now) {
        if (row.ending()) {
            throw new ActionRefusedException("The activity has its result already, or is being ended");
        }
        List<Transition.NewMessage> told = List.of(new OperatorActions(this.engine.events()).message(record));
        int others = row.pauses() & ~EngineStore.ACTIVITY_PAUSED;
        // An attempt that runs is the first of those that count from now on.
        int forgiven = row.running() ? Math.max(row.attemptsBefore(), row.attempt() - 1) : row.attempt();
        return switch (action) {
            case ActivityAction.RunNow run -> runNow(row, now, told);
            case ActivityAction.Pause pause ->
                row.isPaused() ? null : new EngineStore.Steering(row.pauses() | EngineStore.ACTIVITY_PAUSED,
                        row.attemptsBefore(), now, null, told);
            case ActivityAction.Unpause unpause -> row.isPaused() ? new EngineStore.Steering(others,
                    unpause.resetAttempts() ? forgiven : row.attemptsBefore(), now, null, told) : null;
            case ActivityAction.Reset reset -> new EngineStore.Steering(row.pauses(), forgiven, now, null, told);
            case ActivityAction.ChangeOptionsOf change -> new EngineStore.Steering(row.pauses(), row.attemptsBefore(),
                    row.dueAt(), Objects.requireNonNull(record.options()).toJson(), told);
            case ActivityAction.Complete complete ->
                row.with(with(told, record, ActivityOutcome.completed(counted(row), complete.result())));
            case ActivityAction.Fail fail -> row.with(with(told, record,
                    ActivityOutcome.failed(counted(row), fail.failure(), Retries.NON_RETRYABLE_FAILURE)));
        };
    }

    private static EngineStore.Steering runNow(EngineStore.SteeredActivity row, Instant now,
            List<Transition.NewMessage> told) {
        if (row.running()) {
            throw new ActionRefusedException("Attempt " + row.attempt() + " of the activity runs now");
        }
        if (row.pauses() != 0) {
            throw new ActionRefusedException(
                    (row.isPaused() ? "The activity" : "The workflow") + " is paused: unpause it to let it go on");
        }
        return new EngineStore.Steering(0, row.attemptsBefore(), now, null, told);
    }

    private static int counted(EngineStore.SteeredActivity row) {
        return Math.max(1, row.attempt());
    }

    private List<Transition.NewMessage> with(List<Transition.NewMessage> told, OperatorActionRecorded record,
            ActivityOutcome outcome) {
        String order = String.valueOf(record.scheduledEventId());
        return List.of(told.getFirst(), new Transition.NewMessage(Message.Kind.ACTIVITY, order, order,
                this.engine.json().writeOutcome(outcome)));
    }

    /** Those that count while the row is locked. */
    private static ActivityTaskOptions options(EngineStore.SteeredActivity row, ActivityTaskScheduled order) {
        return (row.options() != null) ? ActivityTaskOptions.fromJson(row.options()) : ActivityTaskOptions.of(order);
    }

    private static ActivityTaskOptions changed(ActivityTaskOptions before, ActivityOptions change) {
        if (change.taskQueue() != null || change.cancellationType() != null || change.summary() != null
                || change.priority() != null) {
            throw new IllegalArgumentException(
                    "Of an activity that was ordered only time-outs and retry can be changed, given " + change);
        }
        RetryOptions retry = change.retry();
        return new ActivityTaskOptions(
                (change.scheduleToCloseTimeout() != null) ? change.scheduleToCloseTimeout()
                        : before.scheduleToCloseTimeout(),
                (change.scheduleToStartTimeout() != null) ? change.scheduleToStartTimeout()
                        : before.scheduleToStartTimeout(),
                (change.startToCloseTimeout() != null) ? change.startToCloseTimeout() : before.startToCloseTimeout(),
                (change.heartbeatTimeout() != null) ? change.heartbeatTimeout() : before.heartbeatTimeout(),
                (retry != null) ? changed(before.retryPolicy(), retry) : before.retryPolicy());
    }

    /** An empty list that is set counts as well as one that is not empty. */
    private static RetryPolicy changed(RetryPolicy before, RetryOptions change) {
        RetryOptions all = change.orElse(RetryOptions.defaults()
            .initialInterval(before.initialInterval())
            .backoffCoefficient(before.backoffCoefficient())
            .maximumInterval(before.maximumInterval())
            .maximumAttempts(before.maximumAttempts())
            .doNotRetry(before.nonRetryableErrorTypes().toArray(String[]::new)));
        boolean unlimited = all.maximumAttempts() == Integer.MAX_VALUE;
        return new RetryPolicy(Objects.requireNonNull(all.initialInterval()), all.backoffCoefficient(),
                Objects.requireNonNull(all.maximumInterval()), unlimited ? 0 : all.maximumAttempts(), all.doNotRetry());
    }

}

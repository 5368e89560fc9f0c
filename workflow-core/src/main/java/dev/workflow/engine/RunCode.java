package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.InputEvent;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.WorkflowExecutionContinuedAsNew;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowMachine;
import dev.workflow.replay.WorkflowTaskFailedException;
import org.jspecify.annotations.Nullable;

/**
 * The code of a run in memory, and beside it the state that the same events have led to.
 * <p>
 * <b>Order.</b> An event is applied to the state first, which a {@link Turn} does, and
 * then given to the code. <b>Replay.</b> It makes both anew from what is committed; after
 * a turn that was not written, both are ahead of the history and are of no use any more.
 * <b>Threads.</b> Called by the actor alone, but {@link #machine()}. While the code runs,
 * the engine watches whether it gives its thread back.
 */
final class RunCode {

    private final WorkflowEngine engine;

    private final HeldRun run;

    private final RunActor actor;

    private RunState state = new RunState();

    private volatile @Nullable WorkflowMachine machine;

    /**
     * @param actor as whom the engine watches the code
     */
    RunCode(WorkflowEngine engine, HeldRun run, RunActor actor) {
        this.engine = engine;
        this.run = run;
        this.actor = actor;
    }

    RunState state() {
        return this.state;
    }

    /** The machine that has the code, once there is one; for any thread. */
    @Nullable WorkflowMachine machine() {
        return this.machine;
    }

    /** Goes back to a run of which nothing is known. */
    void forget() {
        this.state = new RunState();
    }

    /** Rebuilds the state alone from the committed history; no code runs. */
    void recall(Iterator<HistoryEvent> history) {
        forget();
        while (this.engine.retrying(history::hasNext)) {
            this.state.apply(history.next());
        }
    }

    /**
     * Rebuilds state and code from the committed history; returns commands that the
     * history does not have yet.
     * @param lastEvent where the history ends
     */
    List<CommandEvent> replay(Iterator<HistoryEvent> history, long lastEvent) {
        forget();
        RunState fresh = this.state;
        load();
        WorkflowMachine rebuilt = current();
        Iterator<HistoryEvent> committed = new Iterator<>() {

            @Override
            public boolean hasNext() {
                return RunCode.this.engine.retrying(history::hasNext);
            }

            @Override
            public HistoryEvent next() {
                HistoryEvent event = history.next();
                fresh.apply(event);
                return event;
            }

        };
        List<CommandEvent> news = (lastEvent == 1) ? first(rebuilt, committed) : timed(() -> rebuilt.replay(committed));
        if (fresh.lastEvent() > lastEvent) {
            // Only its owner writes to a history.
            throw new MovedException();
        }
        if (fresh.lastEvent() < lastEvent) {
            throw new IllegalStateException("Run " + this.run.runId() + " has " + fresh.lastEvent()
                    + " events, but its task row says " + lastEvent);
        }
        this.engine.metrics().replay(this.run.workflowType(), (int) fresh.lastEvent());
        return news;
    }

    /**
     * A start that was committed alone: what is replayed of it happens for the first
     * time.
     */
    private List<CommandEvent> first(WorkflowMachine code, Iterator<HistoryEvent> committed) {
        List<HistoryEvent> start = new ArrayList<>(1);
        committed.forEachRemaining(start::add);
        return observed(this.state.started().header(), () -> timed(() -> code.replay(start.iterator())));
    }

    /** Takes the code as it is written, which has not run yet. */
    void load() {
        close();
        WorkflowDefinition definition = this.engine.types().workflow(this.run.workflowType());
        if (definition == null) {
            throw new WorkflowTaskFailedException("No workflow type '" + this.run.workflowType() + "' here",
                    new UnknownWorkflowTypeException(this.run.workflowType(), this.engine.types().workflowTypes()));
        }
        this.machine = new WorkflowMachine(definition, this.engine.machineSettings());
    }

    /**
     * Begins anew a run whose start is all that is committed, with these signals first.
     */
    List<CommandEvent> begin(List<WorkflowExecutionSignaled> signals) {
        load();
        return timed(() -> current().begin(this.state.started(), signals));
    }

    /** Advances the code by something that happens for the first time. */
    List<CommandEvent> apply(InputEvent event) {
        Map<String, String> ofEvent = switch (event) {
            case WorkflowExecutionSignaled signal -> signal.header();
            case WorkflowExecutionUpdateAccepted update -> update.header();
            default -> Map.of();
        };
        return observed(ofEvent.isEmpty() ? this.state.started().header() : ofEvent,
                () -> timed(() -> current().apply(event)));
    }

    /** Lets the code pass by what it does not see. */
    void pass(OperatorActionRecorded note) {
        current().pass(note);
    }

    Json query(HandlerCall call) {
        return watched(() -> current().query(call.name(), call.input(), call.header()));
    }

    /** Why the code does not take an update, or null. */
    @Nullable FailureInfo validate(HandlerCall update) {
        return watched(() -> current().validateUpdate(update.name(), update.input(), update.header()));
    }

    /** Local activities that were ordered and have no end yet. */
    Collection<ActivityTaskScheduled> localActivities() {
        return current().localActivities();
    }

    boolean isLocalActivityPending(String activityId) {
        return current().isLocalActivityPending(activityId);
    }

    /** Whether the run needs somebody who carries out its local activities. */
    boolean hasLocalActivities() {
        Collection<ActivityTaskScheduled> pending = localActivities();
        if (pending.isEmpty()) {
            return false;
        }
        Instant now = this.engine.clock().instant();
        return pending.stream().anyMatch((order) -> this.state.isLocalActivityDue(order.activityId(), now));
    }

    /** Whether what follows its start is all there will ever be of the run. */
    boolean endsInFirstStep(List<CommandEvent> news) {
        return this.state.lastEvent() == 1
                && news.stream().anyMatch((e) -> e.closesRun() && !(e instanceof WorkflowExecutionContinuedAsNew));
    }

    /** The time of the next event, which never goes back. */
    Instant now() {
        Instant now = this.engine.clock().instant();
        return now.isBefore(this.state.time()) ? this.state.time() : now;
    }

    /** Ends the threads of the code. */
    void close() {
        WorkflowMachine last = this.machine;
        if (last != null) {
            last.close();
        }
    }

    private WorkflowMachine current() {
        return Objects.requireNonNull(this.machine);
    }

    private <T> T timed(Supplier<T> advance) {
        long begin = System.nanoTime();
        T result = watched(advance);
        this.engine.metrics().workflowTask(this.run.workflowType(), Duration.ofNanos(System.nanoTime() - begin));
        return result;
    }

    /** Runs code of the workflow where it is seen if it keeps its thread too long. */
    private <T extends @Nullable Object> T watched(Supplier<T> code) {
        this.engine.turns().begins(this.actor);
        try {
            return code.get();
        }
        finally {
            this.engine.turns().ends(this.actor);
        }
    }

    private <T> T observed(Map<String, String> header, Supplier<T> advance) {
        EngineObservations observations = this.engine.observations();
        if (observations.isNone()) {
            return advance.get();
        }
        return observations.incoming(new EngineObservations.Observed(EngineObservations.Kind.WORKFLOW_TASK,
                this.run.workflowType(), this.run.workflowId(), this.run.runId().toString()), header, advance::get);
    }

}

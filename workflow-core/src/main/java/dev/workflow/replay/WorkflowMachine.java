package dev.workflow.replay;

import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import dev.workflow.WorkflowExecution;
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
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.InputEvent;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.history.NoteEvent;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionFailed;
import dev.workflow.history.SignalExternalWorkflowExecutionFailed;
import dev.workflow.history.StartChildWorkflowExecutionFailed;
import dev.workflow.history.TimerFired;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.history.WorkflowExecutionTimedOut;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The code of one run: events in, events out, and nothing else. It does no I/O and reads
 * no clock, so the same history gives the same commands on every node.
 * <p>
 * <b>Use.</b> A machine is new; then the committed history is replayed, or the first
 * event applied; then inputs are applied one by one. Every input is followed by the
 * commands that the code issued after it, in one dense sequence of ids. What is returned
 * is not committed: whoever cannot commit it drops the machine.
 * <p>
 * <b>Threads.</b> Its caller, one at a time, is the driver: it hands the turn to the
 * run's own virtual threads and waits until they are all blocked, however long their code
 * takes; {@link #running()} and {@link #pinned()} tell a watchdog. Only these methods and
 * {@link #isClosed()} may be called by other threads meanwhile.
 * <p>
 * <b>Failure.</b> After a method threw {@link WorkflowTaskFailedException} or
 * {@code NonDeterminismException} the code is somewhere in between, and the machine is
 * only good for {@link #queryAfter} and {@link #close()}.
 */
public final class WorkflowMachine implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(WorkflowMachine.class);

    private final Run run;

    private volatile boolean runClosed;

    private boolean unusable;

    /** A machine for a run of that type, which has not begun. */
    public WorkflowMachine(WorkflowDefinition definition, MachineSettings settings) {
        this.run = new Run(definition, settings);
    }

    /**
     * Runs the code over the committed history; called once, first.
     * @param committed all of it from event 1 on; pulled as it is needed, so that it may
     * be read page by page
     * @return what the code ordered beyond it, for the caller to commit: everything after
     * a {@code WorkflowExecutionStarted} that was committed alone, otherwise nothing
     * unless the code was extended
     * @throws dev.workflow.failure.NonDeterminismException when the code does not order
     * what the history says
     * @throws WorkflowTaskFailedException when the code throws what is no workflow
     * failure
     */
    public List<CommandEvent> replay(Iterator<? extends HistoryEvent> committed) {
        return advance(() -> {
            this.run.log().replay(committed);
            this.run.threads().feedFrom(this::feed);
            InputEvent input = this.run.log().nextInput();
            while (input != null) {
                replay(input);
                input = this.run.log().nextInput();
            }
            this.run.log().endReplay();
            this.run.threads().feedFrom(() -> false);
        });
    }

    private void replay(InputEvent input) {
        try {
            accept(input);
            if (!this.run.log().isBeforeFirstStep()) {
                runCode();
            }
        }
        catch (EvictedError stopped) {
            // Where the code was cut, the end of the run comes next.
            if (!this.run.threads().isCut()) {
                throw stopped;
            }
        }
    }

    /**
     * Applies the next input of the history on a thread of the run, which is about to
     * block. What ends the run is left to the driver, which then ends the threads.
     */
    private boolean feed() {
        try {
            InputEvent input = this.run.log().peekInput();
            if (input == null || this.run.end().isDecided() || input instanceof WorkflowExecutionTerminated
                    || input instanceof WorkflowExecutionTimedOut) {
                return false;
            }
            accept(input);
            return true;
        }
        catch (RuntimeException ex) {
            throw this.run.threads().fail(ex);
        }
    }

    /**
     * Applies a start that was committed alone and signals that came before the code's
     * first step, for a run that would end in it: they are handled before the workflow
     * method, or they would be lost.
     * @param started the start
     * @param signals the signals, marked as {@code beforeFirstStep}
     * @return the commands that the code issued, in order
     * @throws WorkflowTaskFailedException when the code throws what is no workflow
     * failure
     */
    public List<CommandEvent> begin(WorkflowExecutionStarted started, List<WorkflowExecutionSignaled> signals) {
        return advance(() -> {
            accept(started);
            signals.forEach(this::accept);
            runCode();
        });
    }

    /**
     * Applies an input and advances the code until it blocks.
     * @param input has the id after {@link #lastEventId()}
     * @return the commands that the code issued, in order
     * @throws WorkflowTaskFailedException when the code throws what is no workflow
     * failure
     */
    public List<CommandEvent> apply(InputEvent input) {
        return advance(() -> {
            accept(input);
            runCode();
        });
    }

    /**
     * Passes by a note, which the code does not see.
     * @param note has the id after {@link #lastEventId()}
     */
    public void pass(NoteEvent note) {
        requireUsable();
        this.run.log().pass(note);
    }

    /**
     * Asks whether an update may be accepted now. The validator must only read.
     * @return null when it may; otherwise why not: unknown, arguments that do not fit, or
     * what the validator threw
     */
    public @Nullable FailureInfo validateUpdate(String name, Json arguments) {
        return validateUpdate(name, arguments, Map.of());
    }

    /** As above, of an update that carries a header. */
    public @Nullable FailureInfo validateUpdate(String name, Json arguments, Map<String, String> header) {
        requireUsable();
        if (this.runClosed) {
            return FailureInfo.application("WorkflowEnded", "The workflow has ended", true);
        }
        return this.run.threads()
            .<@Nullable FailureInfo>asDriver("in the validator of an update",
                    () -> this.run.handlers().validateUpdate(name, arguments, header));
    }

    /**
     * Answers a query, also after the run has ended. The handler must only read.
     * {@code __stack_trace}, {@code __state} and {@code __current_details} are answered
     * by every run.
     * @throws QueryRejected when it is unknown, its arguments do not fit or the handler
     * throws
     */
    public Json query(String name, Json arguments) {
        return query(name, arguments, Map.of());
    }

    /** As above, of a query that carries a header. */
    public Json query(String name, Json arguments, Map<String, String> header) {
        requireUsable();
        return this.run.threads().asDriver("in a query", () -> this.run.handlers().query(name, arguments, header));
    }

    /**
     * Answers {@code __stack_trace}, {@code __state} and {@code __current_details} for
     * code that is somewhere in between: where it failed, and what its fields were then.
     * @param failure what {@link #replay} or {@link #apply} threw
     * @return null for every other query
     */
    public @Nullable Json queryAfter(RuntimeException failure, String name) {
        return this.run.handlers().queryAfter(failure, name);
    }

    /** The id of the last event that the run has seen or issued; 0 for none. */
    public long lastEventId() {
        return this.run.log().lastEventId();
    }

    /** Whether the run has ended. */
    public boolean isClosed() {
        return this.runClosed;
    }

    /**
     * The local activities that the code waits for, in the order of their calls: as if
     * they were to be scheduled, but for their event id, which is no event's. They are to
     * be carried out once what is before them is durable; how they end is an input.
     */
    public Collection<ActivityTaskScheduled> localActivities() {
        return this.run.localActivities().pending();
    }

    /** Whether the code waits for that local activity. */
    public boolean isLocalActivityPending(String activityId) {
        return this.run.localActivities().isPending(activityId);
    }

    /** The run's time: that of the last input. */
    public Instant now() {
        return this.run.log().now();
    }

    /**
     * What the code last said about what it is doing; empty when nothing. For any thread.
     */
    public String currentDetails() {
        return this.run.details();
    }

    /** What code is being advanced and since when; null when none is. For any thread. */
    public @Nullable Running running() {
        return this.run.threads().running();
    }

    /**
     * A thread of the run that has blocked and still keeps its carrier; null when there
     * is none, or nobody watches. For any thread.
     */
    public @Nullable Pinned pinned() {
        return this.run.threads().pinned();
    }

    /**
     * Ends all threads of the run, as it leaves memory. Their code commands nothing in
     * doing so.
     */
    @Override
    public void close() {
        this.unusable = true;
        this.run.threads().endAll();
    }

    private List<CommandEvent> advance(Runnable steps) {
        requireUsable();
        // Stays so when anything is thrown: the code is somewhere in between then.
        this.unusable = true;
        try {
            steps.run();
        }
        catch (EvictedError stopped) {
            throw reasonOf(stopped);
        }
        this.unusable = false;
        return this.run.log().takeIssued();
    }

    private RuntimeException reasonOf(EvictedError stopped) {
        RuntimeException reason = this.run.threads().fatal();
        return (reason != null) ? reason : new IllegalStateException("The run was closed", stopped);
    }

    private void accept(InputEvent input) {
        if (this.runClosed) {
            throw new IllegalStateException("Event " + input.eventId() + " (" + input.eventType()
                    + ") follows the end of " + this.run.describe());
        }
        this.run.log().accept(input);
        switch (input) {
            case WorkflowExecutionStarted e -> this.run.start(e);
            case WorkflowExecutionSignaled e -> signaled(e);
            case WorkflowExecutionUpdateAccepted e -> this.run.handlers().accepted(e);
            case WorkflowExecutionCancelRequested e -> {
                this.run.end().cancelRequested();
                this.run.rootScope().cancelNow(e.reason());
            }
            case TimerFired e -> this.run.timers().fired(e.startedEventId());
            case LocalActivityMarkerRecorded e -> this.run.localActivities().recorded(e);
            case ActivityTaskStarted e -> {
                // Only for people: the outcome follows in an event of its own.
            }
            case ActivityTaskCompleted e -> this.run.activities().completed(e.scheduledEventId(), e.result());
            case ActivityTaskFailed e -> this.run.activities().failed(e.scheduledEventId(), e.failure());
            case ActivityTaskTimedOut e -> this.run.activities().failed(e.scheduledEventId(), e.failure());
            case ActivityTaskCanceled e -> this.run.activities()
                .failed(e.scheduledEventId(), (e.failure() != null) ? e.failure() : FailureInfo.canceled(null));
            case ChildWorkflowExecutionStarted e ->
                this.run.children().started(e.initiatedEventId(), new WorkflowExecution(e.workflowId(), e.runId()));
            case StartChildWorkflowExecutionFailed e -> this.run.children().notStarted(e.initiatedEventId(), e.cause());
            case ChildWorkflowExecutionCompleted e -> this.run.children().completed(e.initiatedEventId(), e.result());
            case ChildWorkflowExecutionFailed e -> this.run.children().failed(e.initiatedEventId(), e.failure());
            case ChildWorkflowExecutionTimedOut e -> this.run.children().failed(e.initiatedEventId(), e.failure());
            case ChildWorkflowExecutionTerminated e -> this.run.children().failed(e.initiatedEventId(), e.failure());
            case ChildWorkflowExecutionCanceled e -> this.run.children()
                .failed(e.initiatedEventId(), (e.failure() != null) ? e.failure() : FailureInfo.canceled(null));
            case ExternalWorkflowExecutionSignaled e -> this.run.externals().delivered(e.initiatedEventId());
            case SignalExternalWorkflowExecutionFailed e ->
                this.run.externals().failed(e.initiatedEventId(), e.cause());
            case ExternalWorkflowExecutionCancelRequested e -> this.run.externals().delivered(e.initiatedEventId());
            case RequestCancelExternalWorkflowExecutionFailed e ->
                this.run.externals().failed(e.initiatedEventId(), e.cause());
            case WorkflowExecutionTerminated e -> endRun();
            case WorkflowExecutionTimedOut e -> endRun();
        }
    }

    private void signaled(WorkflowExecutionSignaled signal) {
        if (signal.beforeFirstStep()) {
            this.run.signalsFirst();
        }
        this.run.handlers().signaled(signal);
    }

    private void runCode() {
        if (this.runClosed) {
            // Code that caught everything may have woken others since.
            return;
        }
        this.run.threads().runUntilBlocked();
        if (this.run.end().isDecided()) {
            closeRun();
        }
    }

    private void closeRun() {
        int unfinished = this.run.handlers().unfinished();
        if (unfinished > 0 && !this.run.log().isReplaying()) {
            logger.warn("{} ended with {} unfinished handlers of signals or updates; it can wait for them with "
                    + "Workflows.await(Workflows::allHandlersFinished)", this.run.describe(), unfinished);
        }
        this.run.handlers().failUnansweredUpdates();
        this.run.end().close();
        endRun();
    }

    private void endRun() {
        this.run.localActivities().clear();
        this.run.threads().endAll();
        this.runClosed = true;
    }

    private void requireUsable() {
        if (this.unusable) {
            throw new IllegalStateException("This machine was closed or has failed, or is just advancing");
        }
    }

    /**
     * Code that is being advanced.
     *
     * @param sinceNanos since when, by {@link System#nanoTime()}
     * @param thread the thread that runs it
     * @param blocked whether it has blocked as it should, and whoever advances it has not
     * taken note of that yet
     */
    public record Running(long sinceNanos, Thread thread, boolean blocked) {

        static Running now(Thread thread) {
            return new Running(System.nanoTime(), thread, false);
        }

        static @Nullable Running handedBack(@Nullable Running running) {
            return (running != null) ? new Running(running.sinceNanos, running.thread, true) : null;
        }

        /**
         * Whether it keeps nobody waiting: it could go on and has no carrier, or it has
         * blocked and given its carrier back.
         */
        public boolean isExcused() {
            return this.blocked ? !keepsCarrier() : Carriers.isAwaitedBy(this.thread.toString());
        }

        /** Whether it keeps a carrier, running or waiting. */
        public boolean keepsCarrier() {
            return Carriers.of(this.thread.toString()) != null;
        }

    }

    /**
     * A blocked thread that keeps its carrier.
     *
     * @param thread the thread
     * @param carrier the name of its carrier
     */
    public record Pinned(Thread thread, String carrier) {
    }

}

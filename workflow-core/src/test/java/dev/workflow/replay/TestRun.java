package dev.workflow.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.workflow.ActivityOptions;
import dev.workflow.VoidCall;
import dev.workflow.LocalActivityOptions;
import dev.workflow.WorkflowContext.RecordedCall;
import dev.workflow.history.ActivityTaskCanceled;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskFailed;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.InputEvent;
import dev.workflow.history.NoteEvent;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.ResetOrigin;
import dev.workflow.history.TimerFired;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A run in a test: events in, commands out. {@link #verifyReplays()} replays what
 * happened, whole and from every place where it could have been cut, and compares.
 */
final class TestRun implements AutoCloseable {

    static final PayloadConverter PAYLOADS = new JacksonPayloadConverter();

    static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");

    static final MachineSettings SETTINGS = settings(false, 10_000);

    private final WorkflowDefinition definition;

    private final MachineSettings settings;

    private final List<HistoryEvent> history = new ArrayList<>();

    private WorkflowMachine machine;

    private Instant now = BEGIN;

    TestRun(WorkflowDefinition definition) {
        this(definition, SETTINGS);
    }

    TestRun(WorkflowDefinition definition, MachineSettings settings) {
        this.definition = definition;
        this.settings = settings;
        this.machine = new WorkflowMachine(definition, settings);
    }

    static MachineSettings settings(boolean failRunOnUnexpectedException, int warnEvents) {
        return settings(PAYLOADS, failRunOnUnexpectedException, warnEvents);
    }

    static MachineSettings settings(PayloadConverter payloads, boolean failRunOnUnexpectedException, int warnEvents) {
        return new MachineSettings(payloads, new JacksonFailureConverter(PAYLOADS), new NoStubs(),
                ActivityOptions.defaults().startToCloseTimeout(Duration.ofMinutes(1)), failRunOnUnexpectedException,
                warnEvents);
    }

    // Inputs; each returns the commands that followed, described

    List<String> start(@Nullable Object... arguments) {
        return apply(started(PAYLOADS.encodeArguments(arguments)));
    }

    /** A start that says when the history is long. */
    List<String> startWarnedAt(int events) {
        return apply(started(Json.EMPTY_ARRAY, events));
    }

    WorkflowExecutionStarted started(Json input) {
        return started(input, null);
    }

    /** The start of a run that a reset made, which has copied events up to that one. */
    WorkflowExecutionStarted startedByReset(long lastCopied) {
        String before = "0197a3b0-0000-7000-8000-000000000000";
        return started(Json.EMPTY_ARRAY, null,
                List.of(new ResetOrigin("order-42", before, lastCopied, this.now, before, null, null)));
    }

    private WorkflowExecutionStarted started(Json input, @Nullable Integer warnEvents) {
        return started(input, warnEvents, List.of());
    }

    private WorkflowExecutionStarted started(Json input, @Nullable Integer warnEvents, List<ResetOrigin> resets) {
        return new WorkflowExecutionStarted(1, this.now, "order-42", "0197a3b0-0000-7000-8000-000000000001",
                this.definition.type(), "orders", input, "0197a3b0-0000-7000-8000-000000000001", null, 1, null, null,
                null, null, null, Map.of("note", new Json("\"memo\"")), Map.of("CustomerId", "ada"), null, 3, null,
                new Json("\"last\""), Map.of("traceparent", "00-1"), null, null, null, null, resets, warnEvents);
    }

    /** A start that was committed alone, and signals that came before the first step. */
    List<String> beginWithSignals(String... namesAndWords) {
        WorkflowExecutionStarted started = started(Json.EMPTY_ARRAY);
        List<WorkflowExecutionSignaled> signals = new ArrayList<>();
        for (String signal : namesAndWords) {
            String[] parts = signal.split(" ");
            signals.add(new WorkflowExecutionSignaled(signals.size() + 2, this.now, parts[0],
                    PAYLOADS.encodeArguments(parts[1]), null, Map.of(), true, null));
        }
        List<CommandEvent> commands = this.machine.begin(started, signals);
        this.history.add(started);
        this.history.addAll(signals);
        this.history.addAll(commands);
        this.now = this.now.plusSeconds(1);
        return describe(commands);
    }

    List<String> signal(String name, @Nullable Object... arguments) {
        return apply(new WorkflowExecutionSignaled(nextId(), this.now, name, PAYLOADS.encodeArguments(arguments), null,
                Map.of()));
    }

    List<String> update(String id, String name, @Nullable Object... arguments) {
        return apply(new WorkflowExecutionUpdateAccepted(nextId(), this.now, id, name,
                PAYLOADS.encodeArguments(arguments), Map.of()));
    }

    List<String> complete(long scheduledEventId, @Nullable Object result) {
        return apply(new ActivityTaskCompleted(nextId(), this.now, scheduledEventId, 1, PAYLOADS.encode(result)));
    }

    List<String> fail(long scheduledEventId, String type, String message) {
        return apply(new ActivityTaskFailed(nextId(), this.now, scheduledEventId, 1,
                FailureInfo.application(type, message, false), "MAXIMUM_ATTEMPTS_REACHED"));
    }

    List<String> canceled(long scheduledEventId) {
        return apply(new ActivityTaskCanceled(nextId(), this.now, scheduledEventId, null));
    }

    List<String> fire(long startedEventId) {
        return apply(new TimerFired(nextId(), this.now, startedEventId));
    }

    List<String> cancel(String reason) {
        return apply(new WorkflowExecutionCancelRequested(nextId(), this.now, reason, null));
    }

    List<String> terminate() {
        return apply(new WorkflowExecutionTerminated(nextId(), this.now, "enough", null));
    }

    /** Somebody steps in. */
    void note() {
        OperatorActionRecorded note = noteAt(nextId());
        this.machine.pass(note);
        this.history.add(note);
        this.now = this.now.plusSeconds(1);
    }

    OperatorActionRecorded noteAt(long id) {
        return new OperatorActionRecorded(id, this.now, "PauseActivity", "ada", this.now, "why", null, null);
    }

    List<String> apply(InputEvent input) {
        List<CommandEvent> commands = this.machine.apply(input);
        this.history.add(input);
        this.history.addAll(commands);
        this.now = this.now.plusSeconds(1);
        return describe(commands);
    }

    long nextId() {
        return this.machine.lastEventId() + 1;
    }

    // Outputs

    WorkflowMachine machine() {
        return this.machine;
    }

    List<HistoryEvent> history() {
        return List.copyOf(this.history);
    }

    <E extends HistoryEvent> E event(Class<E> type) {
        return type
            .cast(this.history.stream().filter(type::isInstance).reduce((first, second) -> second).orElseThrow());
    }

    @Nullable Object result() {
        return PAYLOADS.decode(event(dev.workflow.history.WorkflowExecutionCompleted.class).result(), Object.class);
    }

    FailureInfo failure() {
        return event(dev.workflow.history.WorkflowExecutionFailed.class).failure();
    }

    @Nullable Object query(String name, @Nullable Object... arguments) {
        return PAYLOADS.decode(this.machine.query(name, PAYLOADS.encodeArguments(arguments)), Object.class);
    }

    static List<String> describe(List<? extends HistoryEvent> events) {
        return events.stream().map((event) -> event.eventId() + " " + CommandKey.describe(event)).toList();
    }

    // Replay

    /** Leaves memory and comes back. */
    void evict() {
        this.machine.close();
        this.machine = replayed(this.definition, this.history);
    }

    /** Replays this history with other code. */
    WorkflowMachine replayed(WorkflowDefinition other, List<? extends HistoryEvent> committed) {
        WorkflowMachine rebuilt = new WorkflowMachine(other, this.settings);
        assertThat(describe(rebuilt.replay(committed.iterator()))).isEmpty();
        return rebuilt;
    }

    void verifyReplays() {
        String state = state(this.machine);
        // Signals that came before the first step are committed together with it.
        int early = (int) this.history.stream().filter(TestRun::isBeforeFirstStep).count();
        for (int cut = (early > 0) ? early + 1 : 0; cut < this.history.size(); cut++) {
            if (cut == 1 || !(this.history.get(cut) instanceof CommandEvent)) {
                verifyReplay(cut, state);
            }
        }
        verifyReplay(this.history.size(), state);
    }

    private static boolean isBeforeFirstStep(HistoryEvent event) {
        return event instanceof WorkflowExecutionSignaled signal && signal.beforeFirstStep();
    }

    private void verifyReplay(int cut, String state) {
        List<HistoryEvent> events = new ArrayList<>(this.history.subList(0, cut));
        try (WorkflowMachine again = new WorkflowMachine(this.definition, this.settings)) {
            if (cut > 0) {
                events.addAll(again.replay(List.copyOf(events).iterator()));
            }
            for (HistoryEvent event : this.history.subList(events.size(), this.history.size())) {
                if (event instanceof InputEvent input) {
                    events.add(input);
                    events.addAll(again.apply(input));
                }
                else if (event instanceof NoteEvent note) {
                    events.add(note);
                    again.pass(note);
                }
            }
            assertThat(events).as("history after a cut at %d", cut).isEqualTo(this.history);
            assertThat(state(again)).as("state after a cut at %d", cut).isEqualTo(state);
        }
    }

    private static String state(WorkflowMachine machine) {
        return machine.query("__state", Json.EMPTY_ARRAY).text() + machine.isClosed() + machine.now()
                + machine.currentDetails();
    }

    @Override
    public void close() {
        try {
            verifyReplays();
        }
        finally {
            this.machine.close();
        }
    }

    /** There are no activity beans here; activities are called by name. */
    private static final class NoStubs implements ActivityStubs {

        @Override
        public <A> A stub(Class<A> type, ActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <A> A withOptions(A activityBean, ActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <A> A localStub(Class<A> type, LocalActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <A> A localStub(A activityBean, LocalActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <W> RecordedCall record(Class<W> workflowClass, VoidCall<W> call) {
            return new RecordedCall(workflowClass.getSimpleName(), "run", new @Nullable Object[] { 7 }, false, null,
                    Object.class);
        }

        @Override
        public <W> W workflow(Class<W> workflowClass, Function<RecordedCall, @Nullable Object> onCall) {
            throw new UnsupportedOperationException();
        }

    }

}

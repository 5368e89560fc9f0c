package dev.workflow.replay;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.InputEvent;
import dev.workflow.history.MarkerRecorded;
import dev.workflow.history.NoteEvent;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.history.WorkflowExecutionTimedOut;
import dev.workflow.payload.LimitedPayloadConverter;
import dev.workflow.payload.PayloadConverter;
import org.jspecify.annotations.Nullable;

/**
 * The history as the run goes along it. While there are committed events, each command of
 * the code must meet the same one there; past their end a command becomes a new event.
 * <p>
 * <b>Notes</b> are passed when the run goes on to what is behind them, and not before:
 * the code sees how long its history is, and live it has reacted to an event before
 * somebody steps in after it.
 */
final class CommandLog {

    /** A marker that the code need not ask for any more. */
    static final String DEPRECATED_PATCH = "DeprecatedPatch";

    /** A marker that something was too large, which the code has seen. */
    private static final String REFUSED_PAYLOAD = "PayloadTooLarge";

    /** From which size on a run should continue as new. */
    private static final long LARGE = 4L << 20;

    private final Function<RuntimeException, EvictedError> abort;

    private final Supplier<EvictedError> cut;

    private Iterator<? extends HistoryEvent> committed = Collections.emptyIterator();

    private @Nullable HistoryEvent next;

    /** What was looked at beyond the next event; null while nothing was. */
    private @Nullable Deque<HistoryEvent> ahead;

    /** Deprecated patches whose traces the code has passed without asking for them. */
    private Set<String> passed = Set.of();

    private List<CommandEvent> issued = new ArrayList<>(0);

    private @Nullable WorkflowExecutionStarted started;

    private long lastEventId;

    private long size;

    private Instant now = Instant.EPOCH;

    private boolean replaying;

    /** The last event that is no note. */
    private long lastRecorded;

    /**
     * Creates an empty log.
     * @param abort stops the run and gives what to throw in its code
     * @param cut the same where the code is right, and its run was ended before it ran
     */
    CommandLog(Function<RuntimeException, EvictedError> abort, Supplier<EvictedError> cut) {
        this.abort = abort;
        this.cut = cut;
    }

    // Input

    /** Begins a replay. */
    void replay(Iterator<? extends HistoryEvent> history) {
        this.committed = history;
        this.replaying = true;
        pull();
    }

    /**
     * The next committed input, or null at the end of the history.
     * @throws NonDeterminismException when a command is next: the code should have
     * ordered it and did nothing
     */
    @Nullable InputEvent nextInput() {
        passUnasked(null);
        HistoryEvent event = this.next;
        if (event instanceof CommandEvent) {
            throw divergence("WF-ND02", event.eventId(), CommandKey.describe(event), "nothing before it blocked");
        }
        return (InputEvent) event;
    }

    /**
     * The next committed event if it is an input, else null. Whoever asks has nothing
     * else to do before it.
     */
    @Nullable InputEvent peekInput() {
        passUnasked(null);
        return (this.next instanceof InputEvent input) ? input : null;
    }

    /** Goes on to the input: its time is the run's time now. */
    void accept(InputEvent input) {
        if (input.eventId() != this.lastEventId + 1) {
            throw new IllegalStateException("Event " + input.eventId() + " (" + input.eventType()
                    + ") does not follow event " + this.lastEventId + " of the run");
        }
        if (input instanceof WorkflowExecutionStarted first) {
            this.started = first;
        }
        record(input);
        if (this.next != null) {
            pull();
        }
        endReplayAfterWhatWasCommittedAlone();
    }

    /**
     * A start is committed by its caller, and a reset's events by whoever reset the run,
     * before any code ran: what the code does after them happens for the first time.
     */
    private void endReplayAfterWhatWasCommittedAlone() {
        this.replaying = this.replaying && !(look(0) == null && isCommittedAlone(this.lastRecorded));
    }

    /** Passes by a note: nothing follows from it, and the run's time stands still. */
    void pass(NoteEvent note) {
        if (note.eventId() != this.lastEventId + 1) {
            throw new IllegalStateException("Event " + note.eventId() + " (" + note.eventType()
                    + ") does not follow event " + this.lastEventId + " of the run");
        }
        this.lastEventId = note.eventId();
        this.size += EventSize.of(note);
    }

    /** Ends the replay: from now on every command is new. */
    void endReplay() {
        this.committed = Collections.emptyIterator();
        this.replaying = false;
    }

    // Commands

    /**
     * Orders something.
     * @param key what must be the same in every replay
     * @param maker makes the event when it is new; asked at most once, and not at all
     * where the history has it
     * @return the event as the history has it
     */
    <E extends CommandEvent> E issue(CommandKey<E> key, Maker<E> maker) {
        passUnasked(key);
        HistoryEvent expected = this.next;
        if (expected == null) {
            E event = maker.make(this.lastEventId + 1, this.now);
            this.replaying = false;
            this.issued.add(event);
            record(event);
            return event;
        }
        if (expected instanceof CommandEvent command && key.equals(CommandKey.of(command))) {
            record(expected);
            pull();
            endReplayAfterWhatWasCommittedAlone();
            return key.type().cast(expected);
        }
        if (isEndFromOutside(expected) && isCommittedAlone(this.lastRecorded)) {
            throw this.cut.get();
        }
        throw this.abort
            .apply(divergence("WF-ND01", expected.eventId(), CommandKey.describe(expected), key.toString()));
    }

    private <E extends CommandEvent> @Nullable E next(CommandKey<E> key) {
        E command = nextCommand(key.type());
        return (command != null && key.equals(CommandKey.of(command))) ? command : null;
    }

    /**
     * What a command is to carry. What is too large is refused, in each replay again,
     * unless the history has exactly that: then more was allowed when it was written.
     * @param recorded what such a command in the history carries
     */
    <E extends CommandEvent, T> T encoded(CommandKey<E> key, Function<E, T> recorded, PayloadConverter payloads,
            Function<PayloadConverter, T> encoder) {
        return encoded(key::toString, payloads, encoder, (whole) -> {
            E next = next(key);
            return next != null && whole.equals(recorded.apply(next));
        });
    }

    /**
     * The same for what is in no command. A refusal leaves a marker, by which it is
     * refused again where more is allowed by then: the code may have gone another way for
     * it.
     * @param what names it, the same in every replay; asked only in one, or to refuse
     * @param isRecorded whether the history has what is too large now
     */
    <T> T encoded(Supplier<String> what, PayloadConverter payloads, Function<PayloadConverter, T> encoder,
            Predicate<T> isRecorded) {
        PayloadConverter unlimited = LimitedPayloadConverter.unlimited(payloads);
        if (this.next != null) {
            refuseAgain(what.get(), unlimited);
        }
        try {
            return encoder.apply(payloads);
        }
        catch (ApplicationFailure refused) {
            T whole = encoder.apply(unlimited);
            if (isRecorded.test(whole)) {
                return whole;
            }
            if (isAtEnd()) {
                String name = what.get();
                issue(refusal(name), (id, time) -> new MarkerRecorded(id, time, REFUSED_PAYLOAD, name,
                        unlimited.encode(refused.getMessage())));
            }
            // Else it was refused before there were such markers.
            throw refused;
        }
    }

    private void refuseAgain(String what, PayloadConverter unlimited) {
        MarkerRecorded before = nextMarker(REFUSED_PAYLOAD, what);
        if (before != null) {
            Object why = unlimited.decode(issue(refusal(what), (id, time) -> before).details(), String.class);
            throw LimitedPayloadConverter.tooLarge(String.valueOf(why));
        }
    }

    private static CommandKey<MarkerRecorded> refusal(String what) {
        return new CommandKey<>(MarkerRecorded.class, CommandKey.marker(REFUSED_PAYLOAD, what));
    }

    private static boolean isEndFromOutside(HistoryEvent event) {
        return event instanceof WorkflowExecutionTerminated || event instanceof WorkflowExecutionTimedOut;
    }

    /**
     * Whether no code of this run had gone on from that event when it was committed: a
     * start, or the last event that a reset has copied.
     */
    private boolean isCommittedAlone(long eventId) {
        return eventId == 1 || started().resets().stream().anyMatch((reset) -> reset.eventId() == eventId);
    }

    /** The marker that is next in the history, if it is that one. */
    @Nullable MarkerRecorded nextMarker(String name, @Nullable String id) {
        int place = 0;
        while (look(place) instanceof MarkerRecorded marker) {
            if (marker.markerName().equals(name) && Objects.equals(id, marker.id())) {
                return marker;
            }
            if (!isDeprecated(marker)) {
                return null;
            }
            place++;
        }
        return null;
    }

    /** Whether the code has passed the trace of a deprecated patch. */
    boolean hasPassed(String patch) {
        return this.passed.contains(patch);
    }

    private static boolean isDeprecated(@Nullable HistoryEvent event) {
        return event instanceof MarkerRecorded marker && marker.markerName().equals(DEPRECATED_PATCH);
    }

    /** Goes past notes, and past traces that the code does not ask for. */
    private void passUnasked(@Nullable CommandKey<?> asked) {
        while (true) {
            if (this.next instanceof NoteEvent note) {
                pass(note);
            }
            else if (this.next instanceof MarkerRecorded marker && isDeprecated(marker)
                    && !CommandKey.of(marker).equals(asked)) {
                if (this.passed.isEmpty()) {
                    this.passed = new HashSet<>(2);
                }
                this.passed.add(String.valueOf(marker.id()));
                record(marker);
            }
            else {
                return;
            }
            pull();
        }
    }

    /** Looks at what comes, notes aside, without going there; 0 is the next. */
    private @Nullable HistoryEvent look(int place) {
        HistoryEvent first = this.next;
        boolean counts = !(first instanceof NoteEvent);
        if (first == null || (counts && place == 0)) {
            return first;
        }
        return ahead(counts ? place - 1 : place);
    }

    private @Nullable HistoryEvent ahead(int place) {
        Deque<HistoryEvent> looked = (this.ahead != null) ? this.ahead : new ArrayDeque<>(2);
        this.ahead = looked;
        int seen = 0;
        for (HistoryEvent event : looked) {
            if (!(event instanceof NoteEvent) && seen++ == place) {
                return event;
            }
        }
        while (this.committed.hasNext()) {
            HistoryEvent event = this.committed.next();
            looked.add(event);
            if (!(event instanceof NoteEvent) && seen++ == place) {
                return event;
            }
        }
        return null;
    }

    /** Whether a signal is next that is handled before the code's first step. */
    boolean isBeforeFirstStep() {
        return look(0) instanceof WorkflowExecutionSignaled signal && signal.beforeFirstStep();
    }

    /** Whether what the code orders now is new. */
    boolean isAtEnd() {
        return lookPastTraces() == null;
    }

    /** The next in the history, if it is a command of that type. */
    <E extends CommandEvent> @Nullable E nextCommand(Class<E> type) {
        HistoryEvent next = lookPastTraces();
        return type.isInstance(next) ? type.cast(next) : null;
    }

    private @Nullable HistoryEvent lookPastTraces() {
        int place = 0;
        while (isDeprecated(look(place))) {
            place++;
        }
        return look(place);
    }

    /** The commands that are not in the history yet, once. */
    List<CommandEvent> takeIssued() {
        List<CommandEvent> taken = this.issued;
        this.issued = new ArrayList<>();
        return taken;
    }

    // Facts

    boolean isReplaying() {
        return this.replaying;
    }

    boolean isStarted() {
        return this.started != null;
    }

    WorkflowExecutionStarted started() {
        if (this.started == null) {
            throw new IllegalStateException("The history of the run does not begin with WorkflowExecutionStarted");
        }
        return this.started;
    }

    long lastEventId() {
        return this.lastEventId;
    }

    long size() {
        return this.size;
    }

    /**
     * Whether the run should continue as new. What decides was recorded when the run
     * began, for the code may act on it.
     * @param unrecorded the number of events for a run that began before that was
     * recorded
     */
    boolean isLong(int unrecorded) {
        Integer recorded = started().warnEvents();
        return (recorded != null) ? this.lastEventId >= recorded || this.size >= LARGE : this.lastEventId >= unrecorded;
    }

    Instant now() {
        return this.now;
    }

    /**
     * A divergence of code and history, with what names the run.
     * @param ruleId which rule was broken
     * @param eventId the first event that differs
     */
    NonDeterminismException divergence(String ruleId, long eventId, String inHistory, String byCode) {
        WorkflowExecutionStarted run = started();
        return new NonDeterminismException(ruleId, eventId, inHistory, byCode + " in workflow " + run.workflowType()
                + " '" + run.workflowId() + "' (run " + run.runId() + ")");
    }

    private void record(HistoryEvent event) {
        this.lastEventId = event.eventId();
        this.size += EventSize.of(event);
        this.lastRecorded = event.eventId();
        Instant time = started().timeAfter(event.eventId(),
                (event instanceof WorkflowExecutionStarted first) ? first.beginTime() : event.eventTime());
        if (time.isAfter(this.now)) {
            this.now = time;
        }
    }

    private void pull() {
        this.next = nextOf((this.next != null) ? this.next.eventId() + 1 : 1);
    }

    private @Nullable HistoryEvent nextOf(long expected) {
        HistoryEvent event = (this.ahead != null) ? this.ahead.poll() : null;
        if (event == null && this.committed.hasNext()) {
            event = this.committed.next();
        }
        if (event != null && event.eventId() != expected) {
            throw new IllegalStateException(
                    "The history has a gap: event " + event.eventId() + " where event " + expected + " should be");
        }
        return event;
    }

    /** Makes the event of a new command. */
    @FunctionalInterface
    interface Maker<E extends CommandEvent> {

        E make(long eventId, Instant eventTime);

    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.payload.FailureInfo;
import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a run whose code is not asked, since it must not begin yet or cannot go
 * on: it waits, for a place or for other code, and it ends when it is out of time or, had
 * it not begun, shall be canceled. Called by the actor.
 */
final class CodelessTurns {

    private static final Duration LONGEST_BLOCK = Duration.ofMinutes(5);

    private final WorkflowEngine engine;

    private final HeldRun run;

    private final RunCode code;

    private final RunInputs inputs;

    private final RunInbox inbox;

    private final RunWriter writer;

    CodelessTurns(WorkflowEngine engine, HeldRun run, RunCode code, RunInputs inputs, RunInbox inbox,
            RunWriter writer) {
        this.engine = engine;
        this.run = run;
        this.code = code;
        this.inputs = inputs;
        this.inbox = inbox;
        this.writer = writer;
    }

    /** The end of a run that is out of time; null: it is not. */
    @Nullable Turn endInTime(Iterator<HistoryEvent> history) {
        this.code.recall(history);
        Turn turn = new Turn(this.engine, this.code.state());
        outOfTime(turn);
        return ended(turn);
    }

    /**
     * The end of a run that waits for a place, and that is out of time or shall be
     * canceled; null: it waits on.
     */
    @Nullable Turn endInLine(Iterator<HistoryEvent> history) {
        this.code.recall(history);
        Turn turn = new Turn(this.engine, this.code.state());
        Optional<Delivery.Cancel> cancel = this.inbox.inputs(this.inbox.whole())
            .stream()
            .filter(Delivery.Cancel.class::isInstance)
            .map(Delivery.Cancel.class::cast)
            .findFirst();
        outOfTime(turn);
        if (!turn.isClosed() && cancel.isPresent() && this.code.state().lastEvent() == 1) {
            // The code would have to be told of a request, and has not begun.
            cancel(turn, cancel.get().request());
        }
        return ended(turn);
    }

    private void outOfTime(Turn turn) {
        this.code.state()
            .takeDue(this.engine.clock().instant())
            .stream()
            .filter(RunState.Due.RunDeadline.class::isInstance)
            .findFirst()
            .ifPresent((deadline) -> this.inputs.outOfTime(turn, (RunState.Due.RunDeadline) deadline));
    }

    private void cancel(Turn turn, Request request) {
        Instant now = this.code.now();
        turn.close(WorkflowStatus.CANCELED, now, null, FailureInfo.canceled("It was canceled before it began"));
        turn.add(new WorkflowExecutionTerminated(this.code.state().lastEvent() + 1, now,
                "It was canceled before it began" + ((request.reason() != null) ? ": " + request.reason() : ""),
                request.identity()));
    }

    /** No message can change such an end; the next run takes what waits. */
    private @Nullable Turn ended(Turn turn) {
        if (!turn.isClosed()) {
            return null;
        }
        if (!turn.goesOn()) {
            this.inputs.turnAwayUnread(turn, this.inbox.after(0));
        }
        return turn;
    }

    /** Gives the run back, until a place is free or its time has come. */
    void waitInLine() {
        WorkflowExecutionStarted started = this.code.state().started();
        this.writer.release(Admissions.expiry(started), 0, null);
        this.engine.admissions()
            .waits(this.run.workflowType(), UUID.fromString(started.firstExecutionRunId()),
                    FairnessKeys.stored(started.fairnessKey()));
    }

    /**
     * Gives the run back, with a pause that grows with each time, or until it is out of
     * time.
     * @param count how often its code has failed one after the other
     */
    void waitForCode(Throwable failure, int count) {
        Duration pause = Duration.ofSeconds(1L << Math.min(count - 1, 10));
        pause = (pause.compareTo(LONGEST_BLOCK) > 0) ? LONGEST_BLOCK : pause;
        String quarantine = (count >= WorkflowLists.QUARANTINE_AFTER) ? "[quarantined] " : "";
        String problem = quarantine + failure.getClass().getSimpleName() + ": " + failure.getMessage()
                + ((failure.getCause() != null) ? "; caused by " + failure.getCause() : "");
        Instant now = this.engine.clock().instant();
        Instant again = now.plus(pause);
        // Whose history cannot be read cannot be ended either: it waits like the others.
        Instant end = this.code.state().end();
        this.writer.release((end.isAfter(now) && end.isBefore(again)) ? end : again, count,
                this.engine.json().writeProblem(Texts.storable(problem, 4_000)));
    }

}

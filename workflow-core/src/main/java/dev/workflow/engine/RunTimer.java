package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * When a run is looked at again though nothing arrives: by its timer in this node's
 * memory, and by the due time that its row has, by which others would find it. Called by
 * the actor, to which the timer's thread offers only that the time has come.
 */
final class RunTimer {

    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final WorkflowEngine engine;

    private final RunActor actor;

    private final RunCode code;

    private Instant stored;

    private TimerQueue.@Nullable Entry entry;

    /**
     * A timer that is not set.
     * @param stored the due time that the row has
     */
    RunTimer(WorkflowEngine engine, RunActor actor, RunCode code, Instant stored) {
        this.engine = engine;
        this.actor = actor;
        this.code = code;
        this.stored = stored;
    }

    /**
     * A new due time for the task row, where the one it has would be wrong or, for a
     * parked run, needlessly early.
     */
    @Nullable Instant newDue(Turn turn) {
        if (turn.isClosed()) {
            return null;
        }
        // Whoever finds the run without an owner has to repeat its local activities.
        Instant next = this.code.hasLocalActivities() ? this.code.state().time() : this.code.state().nextDue();
        boolean tooLate = next.isBefore(this.stored);
        boolean parked = !this.code.state().hasPendingActivities()
                && this.stored.isBefore(next.minus(Duration.ofSeconds(1)));
        return (tooLate || parked) ? next : null;
    }

    /** The row has this due time now. */
    void stored(Instant due) {
        this.stored = due;
    }

    /** Sets it to what is due next, if anything ever is. */
    void set() {
        Instant next = this.code.state().nextDue();
        TimerQueue.Entry current = this.entry;
        if (current != null && !current.at().equals(next)) {
            cancel();
        }
        if (this.entry == null && next.isBefore(EngineClock.NEVER)) {
            this.entry = this.engine.timers().at(next, this::timeCame);
        }
    }

    /**
     * Where no thread can be had for it, it comes again: nobody else would wake the run.
     */
    private void timeCame() {
        try {
            this.actor.offer(new Delivery.TimeCame());
        }
        catch (RuntimeException | Error ex) {
            this.engine.timers().at(this.engine.clock().instant().plus(AGAIN), this::timeCame);
            throw ex;
        }
    }

    void cancel() {
        TimerQueue.Entry current = this.entry;
        if (current != null) {
            this.engine.timers().cancel(current);
            this.entry = null;
        }
    }

}

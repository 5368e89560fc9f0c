package dev.workflow.schedule;

import java.time.Instant;

import dev.workflow.client.ScheduleSpec;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as it is stored.
 *
 * @param scheduleId its id
 * @param spec when it is due
 * @param action what it starts
 * @param policies how it behaves
 * @param pause whether it is paused, and the note for people
 * @param remaining how many more runs are started by time; null: any number
 * @param nextNominal the next nominal time; null when there is none
 * @param nextAt when it has to be looked at next; null when only the end of a run, or a
 * change, makes a difference
 * @param watching whether the end of one of its open runs makes a difference
 * @param progress what it has before it and behind it
 * @param counters what became of its times so far
 * @param problem why it does not get on; null when it does
 * @param createdAt when it was created
 */
public record Schedule(String scheduleId, ScheduleSpec spec, Action action, SchedulePolicies policies, Pause pause,
        @Nullable Long remaining, @Nullable Instant nextNominal, @Nullable Instant nextAt, boolean watching,
        Progress progress, Counters counters, @Nullable String problem, Instant createdAt) {

    /** Its times. */
    public ScheduleTimes times() {
        return ScheduleTimes.of(this.scheduleId, this.spec);
    }

    /** The same with another plan of what comes next. */
    public Schedule due(@Nullable Instant nominal, @Nullable Instant at, @Nullable String why) {
        return new Schedule(this.scheduleId, this.spec, this.action, this.policies, this.pause, this.remaining, nominal,
                at, this.watching, this.progress, this.counters, why, this.createdAt);
    }

    /** The same with other settings. */
    public Schedule set(ScheduleSpec newSpec, SchedulePolicies newPolicies, Pause newPause,
            @Nullable Long newRemaining) {
        return new Schedule(this.scheduleId, newSpec, this.action, newPolicies, newPause, newRemaining,
                this.nextNominal, this.nextAt, this.watching, this.progress, this.counters, this.problem,
                this.createdAt);
    }

    /** The same with more to do. */
    public Schedule progress(Progress newProgress) {
        return new Schedule(this.scheduleId, this.spec, this.action, this.policies, this.pause, this.remaining,
                this.nextNominal, this.nextAt, this.watching, newProgress, this.counters, this.problem, this.createdAt);
    }

    /**
     * What a schedule starts.
     *
     * @param workflowType the type
     * @param template the event of a start, encoded, of which each run's is a copy with
     * ids and times of its own
     * @param format the format of that event
     * @param reusePolicy what a closed run of the same id means
     */
    public record Action(String workflowType, String template, int format, String reusePolicy) {
    }

    /**
     * Whether a schedule is paused.
     *
     * @param paused whether it is
     * @param note for people; empty when there is none
     */
    public record Pause(boolean paused, String note) {
    }

}

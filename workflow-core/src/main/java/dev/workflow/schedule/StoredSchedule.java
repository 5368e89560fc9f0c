package dev.workflow.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

import dev.workflow.client.OverlapPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The row of a schedule, before it is read: what a node without that time zone, or of an
 * older version, cannot read must concern this schedule only.
 *
 * @param scheduleId its id
 * @param spec when it is due, as JSON
 * @param action what it starts
 * @param overlap the name of its overlap policy
 * @param catchUpMillis its catch-up window
 * @param pauseOnFailure whether it pauses when a run fails
 * @param pause whether it is paused, and the note for people
 * @param remaining how many more runs are started by time; null: any number
 * @param nextNominal the next nominal time
 * @param nextAt when it has to be looked at next
 * @param watching whether the end of one of its open runs makes a difference
 * @param progress what it has before it and behind it, as JSON
 * @param counters what became of its times so far
 * @param problem why it does not get on; null when it does
 * @param createdAt when it was created
 */
public record StoredSchedule(String scheduleId, String spec, Schedule.Action action, String overlap, long catchUpMillis,
        boolean pauseOnFailure, Schedule.Pause pause, @Nullable Long remaining, @Nullable Instant nextNominal,
        @Nullable Instant nextAt, boolean watching, String progress, Counters counters, @Nullable String problem,
        Instant createdAt) {

    /**
     * The schedule.
     * @throws UnreadableScheduleException when it cannot be read on this node
     */
    public Schedule read() {
        try {
            Progress past = ScheduleJson.readProgress(this.progress);
            past.openRuns().forEach((run) -> UUID.fromString(run.currentRunId()));
            SchedulePolicies policies = new SchedulePolicies(OverlapPolicy.valueOf(this.overlap),
                    Duration.of(this.catchUpMillis, ChronoUnit.MILLIS), this.pauseOnFailure);
            return new Schedule(this.scheduleId, ScheduleJson.readSpec(this.spec), this.action, policies, this.pause,
                    this.remaining, this.nextNominal, this.nextAt, this.watching, past, this.counters, this.problem,
                    this.createdAt);
        }
        catch (RuntimeException ex) {
            throw new UnreadableScheduleException(this.scheduleId, ex);
        }
    }

}

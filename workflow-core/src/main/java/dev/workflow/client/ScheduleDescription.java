package dev.workflow.client;

import java.time.Instant;
import java.util.List;

import dev.workflow.WorkflowExecution;

/**
 * A schedule, as it was when it was asked about.
 *
 * @param scheduleId its id
 * @param workflowType the type that it starts
 * @param paused whether it is paused
 * @param note the note for people; empty when there is none
 * @param nextRuns the next times at which it starts a run, jitter included, soonest
 * first; empty while it is paused
 * @param recentRuns the last runs that it started, newest last
 * @param actionCount how many runs it has started in all
 * @param openRuns those of its runs that have not ended, as far as it knows
 * @param waitingCount how many starts wait for the end of a run
 * @param missedCount how many times passed longer ago than the catch-up window
 * @param skippedCount how many times were left out because of other runs, or since it was
 * paused
 * @param problem why it does not get on; empty when it does
 * @param createdAt when it was created
 * @param spec when it is due; where this node cannot read it, which the problem says
 * then, one that is never due
 * @param options how it behaves; nothing where this node cannot read it
 */
public record ScheduleDescription(String scheduleId, String workflowType, boolean paused, String note,
        List<Instant> nextRuns, List<WorkflowExecution> recentRuns, long actionCount, List<WorkflowExecution> openRuns,
        int waitingCount, long missedCount, long skippedCount, String problem, Instant createdAt, ScheduleSpec spec,
        ScheduleOptions options) {

    public ScheduleDescription {
        nextRuns = List.copyOf(nextRuns);
        recentRuns = List.copyOf(recentRuns);
        openRuns = List.copyOf(openRuns);
    }

    /** One of which nothing else is known, not even when it is due. */
    public ScheduleDescription(String scheduleId, String workflowType, boolean paused, String note,
            List<Instant> nextRuns, List<WorkflowExecution> recentRuns, long actionCount) {
        this(scheduleId, workflowType, paused, note, nextRuns, recentRuns, actionCount, List.of(), 0, 0, 0, "",
                Instant.EPOCH, ScheduleSpec.cron("0 0 30 2 *"), ScheduleOptions.defaults());
    }

}

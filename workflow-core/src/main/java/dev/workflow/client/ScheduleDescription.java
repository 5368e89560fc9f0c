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
 * @param nextRuns the next times at which it is due, soonest first
 * @param recentRuns the last runs that it started, newest last
 * @param actionCount how many runs it has started in all
 */
public record ScheduleDescription(String scheduleId, String workflowType, boolean paused, String note,
        List<Instant> nextRuns, List<WorkflowExecution> recentRuns, long actionCount) {

    public ScheduleDescription {
        nextRuns = List.copyOf(nextRuns);
        recentRuns = List.copyOf(recentRuns);
    }

}

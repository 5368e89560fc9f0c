package dev.workflow.boot.web;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import dev.workflow.WorkflowExecution;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleOptions;
import org.jspecify.annotations.Nullable;

/** A schedule as it is shown; the fields are those of its description. */
record ScheduleView(String scheduleId, String workflowType, boolean paused, String note, List<Instant> nextRuns,
        List<WorkflowExecution> recentRuns, List<WorkflowExecution> openRuns, int waitingCount, long actionCount,
        long missedCount, long skippedCount, @Nullable String problem, Instant createdAt, ScheduleSpecBody spec,
        @Nullable OverlapPolicy overlap, @Nullable Duration catchUpWindow, @Nullable Boolean pauseOnFailure,
        @Nullable Long remainingActions) {

    static ScheduleView of(ScheduleDescription schedule) {
        ScheduleOptions options = schedule.options();
        return new ScheduleView(schedule.scheduleId(), schedule.workflowType(), schedule.paused(), schedule.note(),
                schedule.nextRuns(), schedule.recentRuns(), schedule.openRuns(), schedule.waitingCount(),
                schedule.actionCount(), schedule.missedCount(), schedule.skippedCount(),
                schedule.problem().isEmpty() ? null : schedule.problem(), schedule.createdAt(),
                ScheduleSpecBody.of(schedule.spec()), options.overlap(), options.catchUpWindow(),
                options.pauseOnFailure(), options.remainingActions());
    }

}

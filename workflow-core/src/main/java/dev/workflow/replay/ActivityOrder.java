package dev.workflow.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.RetryOptions;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.RetryPolicy;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * What an activity is ordered with.
 *
 * @param activityType its type
 * @param input its arguments
 * @param options what the call and its annotations set
 * @param defaults what counts where they set nothing
 * @param header what travels with it
 */
record ActivityOrder(String activityType, Json input, ActivityOptions options, ActivityOptions defaults,
        Map<String, String> header) {

    private static final Duration START_TO_CLOSE_TIMEOUT = Duration.ofMinutes(5);

    ActivityTaskScheduled toEvent(long eventId, Instant time, WorkflowExecutionStarted run) {
        return toEvent(eventId, Long.toString(eventId), time, run);
    }

    ActivityTaskScheduled toEvent(long eventId, String activityId, Instant time, WorkflowExecutionStarted run) {
        ActivityOptions all = this.options.orElse(this.defaults);
        return new ActivityTaskScheduled(eventId, time, activityId, this.activityType,
                or(all.taskQueue(), run.taskQueue()), this.input, all.scheduleToCloseTimeout(),
                all.scheduleToStartTimeout(), or(all.startToCloseTimeout(), START_TO_CLOSE_TIMEOUT),
                all.heartbeatTimeout(), retryPolicy(), or(all.cancellationType(), CancellationType.TRY_CANCEL),
                all.summary(), or(all.priority(), run.priority()), this.header);
    }

    private RetryPolicy retryPolicy() {
        return RetryPolicy.of(or(this.options.retry(), RetryOptions.defaults()),
                or(this.defaults.retry(), RetryOptions.defaults()));
    }

    private static <T> T or(@Nullable T value, T last) {
        return (value != null) ? value : last;
    }

}

package dev.workflow.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import dev.workflow.CancellationType;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * An activity was ordered.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param activityId unique in the run
 * @param activityType the type
 * @param taskQueue where it runs
 * @param input the arguments, a JSON array
 * @param scheduleToCloseTimeout from the order to the end, over all attempts
 * @param scheduleToStartTimeout how long it may wait for a slot
 * @param startToCloseTimeout how long one attempt may take
 * @param heartbeatTimeout the longest silence of one attempt
 * @param retryPolicy how it is retried
 * @param cancellationType what its cancellation waits for
 * @param summary for people
 * @param priority 1 (first) to 5 (last)
 * @param header propagated context
 */
public record ActivityTaskScheduled(long eventId, Instant eventTime, String activityId, String activityType,
        String taskQueue, Json input, @Nullable Duration scheduleToCloseTimeout,
        @Nullable Duration scheduleToStartTimeout, Duration startToCloseTimeout, @Nullable Duration heartbeatTimeout,
        RetryPolicy retryPolicy, CancellationType cancellationType, @Nullable String summary, int priority,
        Map<String, String> header) implements CommandEvent {
}

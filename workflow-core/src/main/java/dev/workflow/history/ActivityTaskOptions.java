package dev.workflow.history;

import java.time.Duration;
import java.util.Objects;

import dev.workflow.payload.StoredJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What may be changed about an activity that was ordered, all of it: these take the place
 * of what the order says.
 *
 * @param scheduleToCloseTimeout from the order to the end, over all attempts
 * @param scheduleToStartTimeout how long it may wait for a slot
 * @param startToCloseTimeout how long one attempt may take
 * @param heartbeatTimeout the longest silence of one attempt
 * @param retryPolicy how it is retried
 */
public record ActivityTaskOptions(@Nullable Duration scheduleToCloseTimeout, @Nullable Duration scheduleToStartTimeout,
        Duration startToCloseTimeout, @Nullable Duration heartbeatTimeout, RetryPolicy retryPolicy) {

    private static final JsonMapper MAPPER = StoredJson.mapper().build();

    /** Those of an order. */
    public static ActivityTaskOptions of(ActivityTaskScheduled order) {
        return new ActivityTaskOptions(order.scheduleToCloseTimeout(), order.scheduleToStartTimeout(),
                order.startToCloseTimeout(), order.heartbeatTimeout(), order.retryPolicy());
    }

    /** The order as it is with these. */
    public ActivityTaskScheduled appliedTo(ActivityTaskScheduled order) {
        return new ActivityTaskScheduled(order.eventId(), order.eventTime(), order.activityId(), order.activityType(),
                order.taskQueue(), order.input(), this.scheduleToCloseTimeout, this.scheduleToStartTimeout,
                this.startToCloseTimeout, this.heartbeatTimeout, this.retryPolicy, order.cancellationType(),
                order.summary(), order.priority(), order.header());
    }

    /** Writes them, for the row of the activity. */
    public String toJson() {
        return StoredJson.write(MAPPER.writer(), this);
    }

    /** Reads what {@link #toJson} wrote. */
    public static ActivityTaskOptions fromJson(String json) {
        return Objects.requireNonNull(StoredJson.read(MAPPER.readerFor(ActivityTaskOptions.class), json));
    }

}

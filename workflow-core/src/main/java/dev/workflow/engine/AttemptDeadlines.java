package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.history.ActivityTaskScheduled;
import org.jspecify.annotations.Nullable;

/**
 * Until when an attempt may last: its own time, and what is left of that of all attempts.
 *
 * @param ofAttempt start-to-close
 * @param ofAll schedule-to-close; far away when there is none
 */
record AttemptDeadlines(Instant ofAttempt, Instant ofAll) {

    private static final String START_TO_CLOSE = "START_TO_CLOSE";

    private static final String SCHEDULE_TO_CLOSE = "SCHEDULE_TO_CLOSE";

    /** Those of an attempt that begins at that time. */
    static AttemptDeadlines of(ActivityTaskScheduled order, Instant begin) {
        Duration whole = order.scheduleToCloseTimeout();
        return new AttemptDeadlines(begin.plus(order.startToCloseTimeout()),
                (whole != null) ? order.eventTime().plus(whole) : EngineClock.NEVER);
    }

    /** The one that comes first. */
    Instant first() {
        return isOfAll() ? this.ofAll : this.ofAttempt;
    }

    /** Which one comes first. */
    String kind() {
        return isOfAll() ? SCHEDULE_TO_CLOSE : START_TO_CLOSE;
    }

    private boolean isOfAll() {
        return this.ofAll.isBefore(this.ofAttempt);
    }

    /**
     * Why an attempt was not completed from outside in time.
     * @param closes when its time was over; null: a version before noted none
     * @param now when it was found not to be completed
     */
    String kindOfLateness(@Nullable Instant closes, Instant now) {
        if (closes == null) {
            return kind();
        }
        if (now.isBefore(closes)) {
            return "HEARTBEAT";
        }
        // The database keeps microseconds.
        return this.ofAll.isAfter(closes.plusMillis(1)) ? START_TO_CLOSE : SCHEDULE_TO_CLOSE;
    }

}

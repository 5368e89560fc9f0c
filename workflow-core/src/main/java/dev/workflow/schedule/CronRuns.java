package dev.workflow.schedule;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.history.WorkflowExecutionStarted;
import org.jspecify.annotations.Nullable;

/**
 * Workflows that recur by a cron expression of their own: each run waits for the next
 * time that matches, and its end, however it came about, is followed by the next one.
 */
public final class CronRuns {

    private CronRuns() {
    }

    /**
     * How long the next run waits before it begins; null when there is none: the workflow
     * does not recur, never again, or would be out of time by then.
     * @param run a run of the workflow
     * @param now when that has ended
     */
    public static @Nullable Duration backoff(WorkflowExecutionStarted run, Instant now) {
        String cron = run.cronSchedule();
        Instant next = (cron != null) ? CronSchedule.parse(cron).after(now) : null;
        Instant expiration = run.workflowExecutionExpirationTime();
        if (next == null || (expiration != null && !next.isBefore(expiration))) {
            return null;
        }
        return Duration.between(now, next);
    }

    /**
     * How long the first run waits.
     * @throws IllegalArgumentException when the expression is none, or never matches
     * again
     */
    public static Duration firstBackoff(String cron, Instant now) {
        Instant next = CronSchedule.parse(cron).after(now);
        if (next == null) {
            throw new IllegalArgumentException(
                    "cron: expected an expression that matches after " + now + ", given \"" + cron + '"');
        }
        return Duration.between(now, next);
    }

}

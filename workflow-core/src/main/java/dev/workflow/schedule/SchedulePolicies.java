package dev.workflow.schedule;

import java.time.Duration;
import java.util.Objects;

import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleOptions;

/**
 * How a schedule behaves.
 *
 * @param overlap what happens when it is time and a run before has not ended
 * @param catchUpWindow how late a run may be started; never less than ten seconds, since
 * every start is late by a moment
 * @param pauseOnFailure whether it pauses itself when a run fails or times out
 */
public record SchedulePolicies(OverlapPolicy overlap, Duration catchUpWindow, boolean pauseOnFailure) {

    /** What is called late, and not just what takes a moment. */
    public static final Duration MIN_CATCH_UP = Duration.ofSeconds(10);

    private static final SchedulePolicies DEFAULTS = new SchedulePolicies(OverlapPolicy.SKIP, Duration.ofDays(365),
            false);

    public SchedulePolicies {
        catchUpWindow = (catchUpWindow.compareTo(MIN_CATCH_UP) < 0) ? MIN_CATCH_UP : catchUpWindow;
    }

    /** Those of a new schedule. */
    public static SchedulePolicies of(ScheduleOptions options) {
        return DEFAULTS.with(options);
    }

    /** These, with what the options set in its place. */
    public SchedulePolicies with(ScheduleOptions options) {
        return new SchedulePolicies(Objects.requireNonNullElse(options.overlap(), this.overlap),
                Objects.requireNonNullElse(options.catchUpWindow(), this.catchUpWindow),
                Objects.requireNonNullElse(options.pauseOnFailure(), this.pauseOnFailure));
    }

}

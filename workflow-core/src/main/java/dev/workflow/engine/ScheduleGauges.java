package dev.workflow.engine;

import java.time.Duration;

/**
 * How the schedules stand, whichever node they were created on; as old as the last count.
 */
public interface ScheduleGauges {

    /** How many there are. */
    long count();

    /** How many of them are paused. */
    long paused();

    /** How many of them cannot get on; their descriptions say why. */
    long failing();

    /** How late the one of them is that is due for the longest; zero when none is. */
    Duration lag();

    /** How many of their times have passed the catch-up window without a run. */
    long missed();

}

package dev.workflow.client;

import java.time.Instant;

/**
 * A schedule, by its id. Writes join the caller's Spring transaction. All methods but
 * {@link #scheduleId()} throw {@link ScheduleNotFoundException} when there is no such
 * schedule. What starts something returns when it is written down; the run follows within
 * moments.
 */
public interface ScheduleHandle {

    /** The id of the schedule. */
    String scheduleId();

    /** How it stands. */
    ScheduleDescription describe();

    /**
     * Changes when it is due and how it behaves, from now on: with another specification,
     * times that have passed are not made up.
     * @param spec in place of the one before
     * @param options what is not set in them stays as it is
     */
    void update(ScheduleSpec spec, ScheduleOptions options);

    /**
     * Starts nothing more by time until it is unpaused. Times that pass meanwhile are not
     * caught up.
     * @param note why, for people
     */
    void pause(String note);

    /**
     * Goes on.
     * @param note why, for people
     */
    void unpause(String note);

    /**
     * Starts a run now, by the overlap policy of the schedule; also while it is paused.
     */
    void trigger();

    /**
     * Starts a run now, by the given policy.
     * @throws TooManyRequestsException when 1,000 starts wait already
     */
    void trigger(OverlapPolicy overlap);

    /**
     * Starts the runs that were due in a period, as if it passed now. A pause stops that.
     * @param from the beginning of the period, included
     * @param to the end of the period, included
     * @param overlap what happens when one has not ended and the next is to start
     * @throws IllegalArgumentException when the end is before the beginning, or to come
     * @throws TooManyRequestsException when 100 periods are being made up already
     */
    void backfill(Instant from, Instant to, OverlapPolicy overlap);

    /** Deletes it; runs that it started go on. */
    void delete();

}

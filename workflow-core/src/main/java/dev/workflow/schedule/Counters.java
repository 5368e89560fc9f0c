package dev.workflow.schedule;

/**
 * What became of a schedule's times so far.
 *
 * @param actions for how many a run was started
 * @param missed how many passed longer ago than the catch-up window
 * @param skipped how many were left out because of other runs, or since it was paused
 */
public record Counters(long actions, long missed, long skipped) {

    /** Nothing yet. */
    public static final Counters NONE = new Counters(0, 0, 0);

}

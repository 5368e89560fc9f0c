package dev.workflow.schedule;

import java.time.Instant;

import dev.workflow.client.OverlapPolicy;

/**
 * A period whose times are still to be made up.
 *
 * @param id tells its runs from those of others of the same times
 * @param after everything up to this is done
 * @param to the end of the period, included
 * @param overlap what happens where a run before has not ended
 */
public record Backfill(String id, Instant after, Instant to, OverlapPolicy overlap) {
}

package dev.workflow.client;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How far a batch is.
 *
 * @param batchId its id
 * @param state {@code RUNNING}, {@code PAUSED}, {@code COMPLETED}, {@code STOPPED}, or
 * {@code FAILED}: it could not go on
 * @param total how many workflows its query found when it began
 * @param done how many it has dealt with, failed ones not counted
 * @param failed how many refused the operation, as when they had ended meanwhile
 * @param query which workflows it is about
 * @param operation what it does with each
 * @param reason why
 * @param startTime when it began
 * @param endTime when it was completed or stopped, or failed; null: it has not ended
 * @param identity who began it
 * @param failures why some refused: the first ones, a line for each
 * @param problem why it does not get on, or has failed; null: it gets on
 */
public record BatchDescription(String batchId, String state, long total, long done, long failed, String query,
        String operation, @Nullable String reason, Instant startTime, @Nullable Instant endTime, String identity,
        List<String> failures, @Nullable String problem) {

    /** How far one is of which nothing else is known. */
    public BatchDescription(String batchId, String state, long total, long done, long failed) {
        this(batchId, state, total, done, failed, "", "", null, Instant.EPOCH, null, "", List.of(), null);
    }

}

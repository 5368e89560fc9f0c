package dev.workflow.client;

/**
 * How far a batch is.
 *
 * @param batchId its id
 * @param state {@code RUNNING} or {@code COMPLETED}
 * @param total how many workflows it is about
 * @param done how many it has dealt with, failed ones not counted
 * @param failed how many refused the operation, as when they had ended meanwhile
 */
public record BatchDescription(String batchId, String state, long total, long done, long failed) {
}

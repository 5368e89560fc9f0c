package dev.workflow.store;

import java.time.Instant;

/**
 * What waits in a task queue for somebody to take it.
 *
 * @param taskQueue the queue
 * @param count how many are due
 * @param oldestDueAt since when the first of them waits
 */
public record TaskQueueBacklog(String taskQueue, long count, Instant oldestDueAt) {
}

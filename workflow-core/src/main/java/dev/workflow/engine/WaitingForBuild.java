package dev.workflow.engine;

import java.time.Instant;

/**
 * Runs that are due or have messages, and wait for a build of the application that no
 * live node has.
 *
 * @param taskQueue their queue
 * @param buildId the build
 * @param count how many they are
 * @param oldestDue since when the first of them waits
 */
public record WaitingForBuild(String taskQueue, String buildId, long count, Instant oldestDue) {
}

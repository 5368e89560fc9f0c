package dev.workflow.client;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The builds of a task queue, as they were when they were asked about.
 *
 * @param taskQueue the task queue
 * @param currentBuildId the build that runs new workflows and those that move up; null:
 * any
 * @param rampingBuildId the build that a share of them goes to; null: none
 * @param rampPercentage that share, from 0 to 100
 * @param builds the builds that are set, that a live node of the queue has, or that open
 * runs are pinned to, by name, unmodifiable
 */
public record TaskQueueVersions(String taskQueue, @Nullable String currentBuildId, @Nullable String rampingBuildId,
        int rampPercentage, List<Build> builds) {

    public TaskQueueVersions {
        builds = List.copyOf(builds);
    }

    /**
     * A build.
     *
     * @param buildId its id
     * @param liveNodes how many live nodes of the queue have it
     * @param pinnedRuns how many open runs are pinned to it: with none left, and another
     * current build, its nodes can be stopped
     */
    public record Build(String buildId, int liveNodes, long pinnedRuns) {
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Who works and what waits, for people: the live nodes and the task queues. Read from the
 * database at each call.
 */
public interface NodeDirectory {

    /** The registered nodes, oldest first. */
    List<NodeStatus> nodes();

    /** The queues that a node serves or that have a backlog, by name. */
    List<TaskQueueStatus> taskQueues();

    /**
     * An application instance.
     *
     * @param id the incarnation; a restart gets a new one
     * @param name its configured or made up name
     * @param taskQueues the queues that it serves
     * @param workflowTypes the workflow types that it knows
     * @param activityTypes the activity types that it knows
     * @param state its state, as it was last recorded
     * @param activitySlots how many activities it runs at once
     * @param activitySlotsUsed how many it runs
     * @param cachedRuns how many runs it holds in memory
     * @param startedAt when it started
     * @param lastHeartbeat when it was last heard of
     * @param self whether it is the node that answers
     * @param buildId the build of the application on it; null: it has none
     */
    record NodeStatus(long id, String name, List<String> taskQueues, List<String> workflowTypes,
            List<String> activityTypes, String state, int activitySlots, int activitySlotsUsed, int cachedRuns,
            Instant startedAt, Instant lastHeartbeat, boolean self, @Nullable String buildId) {

        /** A node without a build. */
        public NodeStatus(long id, String name, List<String> taskQueues, List<String> workflowTypes,
                List<String> activityTypes, String state, int activitySlots, int activitySlotsUsed, int cachedRuns,
                Instant startedAt, Instant lastHeartbeat, boolean self) {
            this(id, name, taskQueues, workflowTypes, activityTypes, state, activitySlots, activitySlotsUsed,
                    cachedRuns, startedAt, lastHeartbeat, self, null);
        }

    }

    /**
     * A task queue.
     *
     * @param name its name
     * @param workflowBacklog how many runs are due and held by no node
     * @param activityBacklog how many activities are due and run by no node
     * @param oldestDue since when the longest waiting of them is due; null: nothing waits
     * @param backlogAge how long that is ago; zero when nothing waits
     * @param nodes names of the nodes that serve it
     * @param waitingForBuilds how many of its runs wait for builds that no live node has
     */
    record TaskQueueStatus(String name, long workflowBacklog, long activityBacklog, @Nullable Instant oldestDue,
            Duration backlogAge, List<String> nodes, Map<String, Long> waitingForBuilds) {

        /** A queue in which nothing waits for a build. */
        public TaskQueueStatus(String name, long workflowBacklog, long activityBacklog, @Nullable Instant oldestDue,
                Duration backlogAge, List<String> nodes) {
            this(name, workflowBacklog, activityBacklog, oldestDue, backlogAge, nodes, Map.of());
        }

    }

}

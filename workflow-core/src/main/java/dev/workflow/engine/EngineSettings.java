package dev.workflow.engine;

import java.time.Duration;
import java.util.Map;

import dev.workflow.VersioningBehavior;
import org.jspecify.annotations.Nullable;

/**
 * What can be set about the engine of one node.
 *
 * @param nodeName a configured name, unique among live processes; null: one is made up
 * @param workerEnabled whether this node runs workflows and activities; false: it is only
 * a client
 * @param cacheSize how many runs stay resident in memory
 * @param pollInterval the pause between two polls of the database, when nothing wakes the
 * poller
 * @param heartbeatInterval the pause between two heartbeats of the node
 * @param lease how long a node's heartbeat may stand still before others take its runs;
 * at least three heartbeats
 * @param shutdownTimeout how long running activities may go on at shutdown
 * @param workflowSlots how many runs of one queue are activated (replayed) at once
 * @param activitySlots how many activities of one queue run at once on this node
 * @param queueActivitySlots the same for single queues
 * @param queueWorkflowSlots the same for single queues
 * @param committers how many threads write transitions
 * @param maxPayloadBytes the largest single payload, in bytes of UTF-8 JSON
 * @param maxEvents how many events a history may have before its run fails
 * @param deadlockTimeout how long workflow code may keep its thread before it is reported
 * @param listen whether LISTEN/NOTIFY is used to shorten the poller's sleep
 * @param transactionalSlots how many activities that hold a connection of the
 * application's pool run at once on this node
 * @param buildId the build of the application on this node; null: versions mean nothing
 * to it
 * @param versioning which builds may run a workflow whose code does not say so
 */
public record EngineSettings(@Nullable String nodeName, boolean workerEnabled, int cacheSize, Duration pollInterval,
        Duration heartbeatInterval, Duration lease, Duration shutdownTimeout, int workflowSlots, int activitySlots,
        Map<String, Integer> queueActivitySlots, Map<String, Integer> queueWorkflowSlots, int committers,
        int maxPayloadBytes, int maxEvents, Duration deadlockTimeout, boolean listen, int transactionalSlots,
        @Nullable String buildId, VersioningBehavior versioning) {

    public EngineSettings {
        require(cacheSize > 0, "cacheSize must be positive, but is " + cacheSize);
        require(workflowSlots > 0, "workflowSlots must be positive, but is " + workflowSlots);
        require(activitySlots > 0, "activitySlots must be positive, but is " + activitySlots);
        require(transactionalSlots > 0, "transactionalSlots must be positive, but is " + transactionalSlots);
        require(committers > 0, "committers must be positive, but is " + committers);
        require(lease.compareTo(heartbeatInterval.multipliedBy(3)) >= 0, "The lease (" + lease
                + ") must be at least three times the heartbeat interval (" + heartbeatInterval + ")");
    }

    /** Settings of a node without a build id. */
    public EngineSettings(@Nullable String nodeName, boolean workerEnabled, int cacheSize, Duration pollInterval,
            Duration heartbeatInterval, Duration lease, Duration shutdownTimeout, int workflowSlots, int activitySlots,
            Map<String, Integer> queueActivitySlots, Map<String, Integer> queueWorkflowSlots, int committers,
            int maxPayloadBytes, int maxEvents, Duration deadlockTimeout, boolean listen, int transactionalSlots) {
        this(nodeName, workerEnabled, cacheSize, pollInterval, heartbeatInterval, lease, shutdownTimeout, workflowSlots,
                activitySlots, queueActivitySlots, queueWorkflowSlots, committers, maxPayloadBytes, maxEvents,
                deadlockTimeout, listen, transactionalSlots, null, VersioningBehavior.AUTO_UPGRADE);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The documented defaults. */
    public static EngineSettings defaults() {
        return new EngineSettings(null, true, 10_000, Duration.ofMillis(200), Duration.ofSeconds(2),
                Duration.ofSeconds(10), Duration.ofSeconds(20), 200, 200, Map.of(), Map.of(), 2, 2 * 1024 * 1024,
                50_000, Duration.ofSeconds(1), true, 7);
    }

    int activitySlotsOf(String queue) {
        return this.queueActivitySlots.getOrDefault(queue, this.activitySlots);
    }

    int workflowSlotsOf(String queue) {
        return this.queueWorkflowSlots.getOrDefault(queue, this.workflowSlots);
    }

}

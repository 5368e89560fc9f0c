package dev.workflow.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * The engine's present state in numbers, for health checks and meters. Every method
 * answers from memory; what comes from the database is as old as the last heartbeat.
 */
public interface EngineGauges {

    /** Whether the engine is started and not stopped. */
    boolean isRunning();

    /**
     * Whether a newer process has this one's configured name, so that this one stands
     * still while that one lives.
     */
    boolean isSuperseded();

    /** How many runs are resident in this node's memory. */
    int cachedRuns();

    /** The queues that this node serves. */
    Collection<String> taskQueues();

    /** The queues in which something is due and waits, whoever serves them. */
    Collection<String> waitingQueues();

    /** How many activities of the queue may run at once on this node. */
    int activitySlots(String taskQueue);

    /** How many activities of the queue run on this node. */
    int activitySlotsUsed(String taskQueue);

    /**
     * How many activities that hold a connection of the application's pool may run at
     * once on this node.
     */
    int transactionalSlots();

    /** How many of them run on this node. */
    int transactionalSlotsUsed();

    /** How many nodes are alive, this one included. */
    int liveNodes();

    /** How many runs and activities of the queue are due and wait for a node. */
    long backlog(String taskQueue);

    /**
     * How long the one of them has waited that is due for the longest; zero when there is
     * none.
     */
    Duration backlogAge(String taskQueue);

    /** Runs that are due or have messages, and wait for a build that no live node has. */
    default List<WaitingForBuild> waitingForBuilds() {
        return List.of();
    }

    /** How the schedules stand. */
    ScheduleGauges scheduleGauges();

    /** What limits and cleaning do. */
    OperationGauges operationGauges();

    /**
     * How far this machine's clock is ahead of the database's; negative when it is
     * behind.
     */
    Duration clockSkew();

    /** Whether people paused the queue. */
    boolean isPaused(String taskQueue);

    /** How the database was when it was last looked at. */
    DatabaseSample database();

    /**
     * For how long the oldest activity on this node has run that holds a connection of
     * the application's pool, and with it a transaction; zero when there is none.
     */
    Duration oldestTransactionalActivity();

    /**
     * How many of this node's own notifications did not come back: others may miss
     * theirs, and find by polling what they are about.
     */
    long lostNotifications();

    /** How long ago the engine last heard from the database. */
    Duration sinceLastHeartbeat();

    /** How long ago it last looked for work in all of its queues. */
    Duration sinceLastPoll();

}

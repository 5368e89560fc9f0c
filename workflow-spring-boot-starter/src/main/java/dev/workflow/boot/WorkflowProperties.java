package dev.workflow.boot;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.workflow.Constraints;
import dev.workflow.VersioningBehavior;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties of the workflow engine.
 *
 * @param enabled Whether this application has a workflow engine.
 * @param nodeId Name of this process, unique among those that live at the same time. With
 * one that stays the same, a restarted process takes its runs back at once. By default,
 * and when blank, one is made up at each start.
 * @param schema Database schema of the engine's tables, in lower case, created when it is
 * missing. By default that of the connection.
 * @param connections Number of database connections that the engine opens at most, beside
 * those of the application's pool; at least 4.
 * @param pollInterval Pause between two looks for work in the database when nothing
 * announces any.
 * @param listen Whether nodes wake each other through LISTEN and NOTIFY. Turn it off
 * behind a connection pooler in transaction mode; polling alone does the same, a poll
 * interval later.
 * @param heartbeatInterval Pause between two signs of life of this node.
 * @param lease Time without a sign of life after which other nodes take over this node's
 * work; at least three heartbeat intervals.
 * @param startupTimeout Time to wait at start until the database accepts connections.
 * @param shutdownTimeout Time that running activities may take to end when the
 * application stops.
 * @param worker What this node runs.
 * @param activity Options of activities that neither their annotation nor their call
 * sets.
 * @param payload Arguments, results and details.
 * @param history Histories of runs.
 * @param rest REST resources.
 * @param liquibase Creation and migration of the engine's tables.
 * @param context What is carried from the caller's thread to workflows and activities.
 * @param determinism What is done at start about workflow code that a replay would not
 * repeat. Replays always notice what differs.
 * @param health What the health of workflows looks at.
 * @param backPressure When starts and messages are refused, rather than making a long
 * queue longer.
 * @param fairness How slots are shared over fairness keys.
 * @param determinismExclude Patterns of full class names that the determinism check does
 * not look into, such as 'com.example.legacy.**'.
 * @param retention Time after which a run that has ended is deleted with its history, at
 * least a second. All are kept by default.
 * @param records How long records of the past are kept that are neither runs nor part of
 * one.
 * @param concurrency Limits of how many workflows of single types are in progress at
 * once, by workflow type. What is decided while nodes run takes their place.
 */
@ConfigurationProperties("workflow")
public record WorkflowProperties(@DefaultValue("true") boolean enabled, @Nullable String nodeId,
        @Nullable String schema, @DefaultValue("10") int connections, @DefaultValue("200ms") Duration pollInterval,
        @DefaultValue("true") boolean listen, @DefaultValue("2s") Duration heartbeatInterval,
        @DefaultValue("10s") Duration lease, @DefaultValue("60s") Duration startupTimeout,
        @DefaultValue("20s") Duration shutdownTimeout, @DefaultValue Worker worker, @DefaultValue Activity activity,
        @DefaultValue Payload payload, @DefaultValue History history, @DefaultValue Rest rest,
        @DefaultValue Liquibase liquibase, @DefaultValue Context context, @DefaultValue("warn") Determinism determinism,
        @DefaultValue Health health, @DefaultValue BackPressure backPressure, @DefaultValue Fairness fairness,
        @DefaultValue List<String> determinismExclude, @Nullable Duration retention, @DefaultValue Records records,
        @DefaultValue Map<String, Concurrency> concurrency) {

    private static final Duration SHORTEST_KEPT = Duration.ofSeconds(1);

    public WorkflowProperties {
        nodeId = (nodeId == null || nodeId.isBlank()) ? null : Constraints.id("workflow.node-id", nodeId);
        require(schema == null || schema.matches("[a-z_][a-z0-9_]{0,62}"),
                "workflow.schema must be lower-case letters, digits and underscores, but is '" + schema + "'");
        atLeast("workflow.connections", connections, 4);
        positive("workflow.poll-interval", pollInterval);
        kept("workflow.retention", retention);
        positive("workflow.heartbeat-interval", heartbeatInterval);
        require(lease.compareTo(heartbeatInterval.multipliedBy(3)) >= 0,
                "workflow.lease must be at least three times workflow.heartbeat-interval, but is " + lease + " against "
                        + heartbeatInterval);
        require(!startupTimeout.isNegative(),
                "workflow.startup-timeout must not be negative, but is " + startupTimeout);
        require(!shutdownTimeout.isNegative(),
                "workflow.shutdown-timeout must not be negative, but is " + shutdownTimeout);
        concurrency.forEach((type, limit) -> {
            String prefix = "workflow.concurrency." + type;
            require(limit.max() != null || limit.maxPerKey() != null,
                    prefix + " must have max or max-per-key, but has neither");
            atLeast(prefix + ".max", limit.max(), 1);
            atLeast(prefix + ".max-per-key", limit.maxPerKey(), 1);
        });
    }

    private static void atLeast(String property, @Nullable Integer value, int least) {
        require(value == null || value >= least, property + " must be at least " + least + ", but is " + value);
    }

    private static void positive(String property, @Nullable Duration value) {
        require(value == null || value.isPositive(), property + " must be more than zero, but is " + value);
    }

    /** A number without a unit is milliseconds: what it deletes does not come back. */
    private static void kept(String property, @Nullable Duration time) {
        require(time == null || time.compareTo(SHORTEST_KEPT) >= 0,
                property + " must be at least 1s (90d are 90 days, 90 alone are milliseconds), but is " + time);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * How many workflows of a type are in progress at once, on all nodes together.
     *
     * @param max Number of workflows of the type that are in progress at once. By default
     * unlimited.
     * @param maxPerKey Number of them with the same fairness key; 1 lets them run one
     * after the other, in the order of their starts. By default unlimited.
     */
    public record Concurrency(@Nullable Integer max, @Nullable Integer maxPerKey) {
    }

    /** What is done at start about workflow code that a replay would not repeat. */
    public enum Determinism {

        /** Nothing; the code is not read. */
        OFF,

        /** It is logged. */
        WARN,

        /** The application does not start. */
        FAIL

    }

    /**
     * What this node runs.
     *
     * @param enabled Whether this node runs workflows and activities. Without, it only
     * starts, signals and asks those that other nodes run.
     * @param activitySlots Number of activities of one task queue that run at once on
     * this node. As many more as will begin within 200 ms, on the only node within a
     * second, wait in its memory.
     * @param workflowSlots Number of runs of one task queue that are brought into memory
     * at once on this node.
     * @param cacheSize Number of runs that stay in memory between their steps; up to
     * three times as many while their activities are about to end.
     * @param committers Number of threads that write transitions, each on a connection of
     * its own.
     * @param deadlockTimeout Time that workflow code may go on without waiting for
     * anything, until it is reported.
     * @param unexpectedException What an exception in workflow code leads to that is no
     * workflow failure.
     * @param buildId Build of the application on this node, such as its version. With
     * one, runs can be pinned to their build, and task queues can have a current build
     * and one that ramps up. By default none.
     * @param versioning Which builds may run a workflow whose annotation does not say so.
     * @param taskQueues Settings of single task queues, by name; also queues to serve
     * beside those of this application's workflows and activities.
     */
    public record Worker(@DefaultValue("true") boolean enabled, @DefaultValue("200") int activitySlots,
            @DefaultValue("200") int workflowSlots, @DefaultValue("10000") int cacheSize,
            @DefaultValue("2") int committers, @DefaultValue("1s") Duration deadlockTimeout,
            @DefaultValue("block") UnexpectedException unexpectedException, @Nullable String buildId,
            @DefaultValue("auto-upgrade") VersioningBehavior versioning,
            @DefaultValue Map<String, TaskQueue> taskQueues) {

        public Worker {
            atLeast("workflow.worker.activity-slots", activitySlots, 1);
            atLeast("workflow.worker.workflow-slots", workflowSlots, 1);
            atLeast("workflow.worker.cache-size", cacheSize, 1);
            atLeast("workflow.worker.committers", committers, 1);
            positive("workflow.worker.deadlock-timeout", deadlockTimeout);
            if (buildId != null) {
                Constraints.id("workflow.worker.build-id", buildId);
            }
            taskQueues.forEach((name, queue) -> {
                String prefix = "workflow.worker.task-queues." + name;
                atLeast(prefix + ".activity-slots", queue.activitySlots(), 1);
                atLeast(prefix + ".workflow-slots", queue.workflowSlots(), 1);
                require(queue.rateLimit() == null || queue.rateLimit() > 0,
                        prefix + ".rate-limit must be more than 0, but is " + queue.rateLimit());
            });
        }

    }

    /** What an exception in workflow code leads to that is no workflow failure. */
    public enum UnexpectedException {

        /**
         * The run stands still, visibly, and tries again with growing pauses until the
         * code is repaired.
         */
        BLOCK,

        /** The run fails. */
        FAIL_RUN

    }

    /**
     * One task queue.
     *
     * @param activitySlots Number of its activities that run at once on this node. By
     * default that of all task queues.
     * @param workflowSlots Number of its runs that are brought into memory at once on
     * this node. By default that of all task queues.
     * @param rateLimit Number of its activities that begin in a second on this node. By
     * default unlimited. A limit for all nodes together is set while they run.
     */
    public record TaskQueue(@Nullable Integer activitySlots, @Nullable Integer workflowSlots,
            @Nullable Double rateLimit) {
    }

    /**
     * What the health of workflows looks at.
     *
     * @param backlogAge Time that something may wait in a task queue of this node until
     * its health is DEGRADED; 0: any.
     */
    public record Health(@DefaultValue("10m") Duration backlogAge) {

        public Health {
            require(!backlogAge.isNegative(), "workflow.health.backlog-age must not be negative, but is " + backlogAge);
        }

    }

    /**
     * When starts, signals, updates, resets and forks are refused, and schedules and
     * batches wait.
     *
     * @param waitingCommits Number of transitions that wait on this node to be written,
     * from which on they are refused; 0: never.
     * @param backlog Number of runs and activities that wait in a task queue, from which
     * on they are refused in it; 0: never.
     */
    public record BackPressure(@DefaultValue("20000") int waitingCommits, @DefaultValue("0") long backlog) {

        public BackPressure {
            atLeast("workflow.back-pressure.waiting-commits", waitingCommits, 0);
            require(backlog >= 0, "workflow.back-pressure.backlog must be at least 0, but is " + backlog);
        }

    }

    /**
     * Options of activities that neither their annotation nor their call sets.
     *
     * @param startToCloseTimeout Time that one attempt may take.
     * @param scheduleToCloseTimeout Time that all attempts together may take. By default
     * unlimited.
     * @param scheduleToStartTimeout Time that an activity may wait for a worker. By
     * default unlimited.
     * @param heartbeatTimeout Time between two heartbeats of an attempt. By default none
     * are expected.
     * @param retry How failed attempts are repeated.
     * @param transactionalSlots Number of activities with a transaction that run at once
     * on this node; each holds a connection of the application's pool. By default three
     * quarters of the pool.
     */
    public record Activity(@DefaultValue("5m") Duration startToCloseTimeout, @Nullable Duration scheduleToCloseTimeout,
            @Nullable Duration scheduleToStartTimeout, @Nullable Duration heartbeatTimeout, @DefaultValue Retry retry,
            @Nullable Integer transactionalSlots) {

        public Activity {
            positive("workflow.activity.start-to-close-timeout", startToCloseTimeout);
            positive("workflow.activity.schedule-to-close-timeout", scheduleToCloseTimeout);
            positive("workflow.activity.schedule-to-start-timeout", scheduleToStartTimeout);
            positive("workflow.activity.heartbeat-timeout", heartbeatTimeout);
            require(transactionalSlots == null || transactionalSlots > 0,
                    "workflow.activity.transactional-slots must be at least 1, but is " + transactionalSlots);
        }

    }

    /**
     * How failed attempts are repeated.
     *
     * @param initialInterval Pause before the second attempt.
     * @param backoffCoefficient Factor by which each pause is longer than the one before.
     * @param maximumInterval Longest pause between two attempts.
     * @param maximumAttempts Number of attempts, the first one included; 0 is unlimited.
     */
    public record Retry(@DefaultValue("1s") Duration initialInterval, @DefaultValue("2") double backoffCoefficient,
            @DefaultValue("100s") Duration maximumInterval, @DefaultValue("0") int maximumAttempts) {

        public Retry {
            positive("workflow.activity.retry.initial-interval", initialInterval);
            require(backoffCoefficient >= 1,
                    "workflow.activity.retry.backoff-coefficient must be at least 1, but is " + backoffCoefficient);
            require(maximumInterval.compareTo(initialInterval) >= 0,
                    "workflow.activity.retry.maximum-interval must be at least the initial-interval, but is "
                            + maximumInterval + " against " + initialInterval);
            atLeast("workflow.activity.retry.maximum-attempts", maximumAttempts, 0);
        }

    }

    /**
     * Arguments, results and details.
     *
     * @param maxSize Size of the largest single value, as JSON.
     * @param compression Size above which values are stored compressed. When not set,
     * nothing is compressed; what was compressed stays readable.
     * @param encodeMemo Whether memos are compressed, encrypted and given to payload
     * codecs, too.
     * @param encryption Encryption of stored values.
     */
    public record Payload(@DefaultValue("2MB") DataSize maxSize, @Nullable DataSize compression,
            @DefaultValue("false") boolean encodeMemo, @DefaultValue Encryption encryption) {

        private static final DataSize LARGEST = DataSize.ofMegabytes(512);

        public Payload {
            require(maxSize.toBytes() > 0 && maxSize.compareTo(LARGEST) <= 0,
                    "workflow.payload.max-size must be more than zero and at most 512MB, but is " + maxSize);
        }

    }

    /**
     * Encryption of arguments, results, details and failures in the database, with
     * AES-GCM.
     *
     * @param key Base64 of the key of 128, 192 or 256 bits that encrypts. When not set,
     * nothing is encrypted.
     * @param keyId Id of that key, stored with each value.
     * @param oldKeys Keys by their ids that only decrypt what was written before.
     */
    public record Encryption(@Nullable String key, @DefaultValue("default") String keyId,
            @DefaultValue Map<String, String> oldKeys) {

        /** Without the keys. */
        @Override
        public String toString() {
            return "Encryption[keyId=" + this.keyId + ", oldKeys=" + this.oldKeys.keySet() + "]";
        }

    }

    /**
     * Histories of runs.
     *
     * @param maxEvents Number of events at which a run fails.
     * @param warnEvents Number of events from which on a run is told to continue as new,
     * and the log warns. A run keeps the number that it began with.
     */
    public record History(@DefaultValue("50000") int maxEvents, @DefaultValue("10000") int warnEvents) {

        public History {
            atLeast("workflow.history.max-events", maxEvents, 1);
            atLeast("workflow.history.warn-events", warnEvents, 1);
        }

    }

    /**
     * How slots are shared over fairness keys.
     *
     * @param weights Weights of fairness keys on this node, by key, where nobody has set
     * one for all nodes; 1 unless given.
     */
    public record Fairness(@DefaultValue Map<String, Double> weights) {

        public Fairness {
            weights.forEach((key, weight) -> {
                String property = "workflow.fairness.weights." + key;
                require(key.length() <= Constraints.MAX_FAIRNESS_KEY_LENGTH, property + " must name a key of at most "
                        + Constraints.MAX_FAIRNESS_KEY_LENGTH + " characters");
                require(weight >= 0.001 && weight <= 1_000, property + " must be 0.001 to 1000, but is " + weight);
            });
        }

    }

    /**
     * REST resources.
     *
     * @param enabled Whether the REST resources are served.
     * @param basePath Path that all REST resources begin with.
     * @param allowAnonymous Whether anyone may use the REST resources from anywhere.
     * Without, and without Spring Security, only this machine may.
     */
    public record Rest(@DefaultValue("true") boolean enabled, @DefaultValue("/api/v1") String basePath,
            @DefaultValue("false") boolean allowAnonymous) {

        public Rest {
            require(basePath.matches("(/[A-Za-z0-9._~-]+)*/*"),
                    "workflow.rest.base-path must be a path of plain segments such as /api/v1, but is '" + basePath
                            + "'");
        }

    }

    /**
     * Creation and migration of the engine's tables.
     *
     * @param enabled Whether this application creates and migrates the engine's tables at
     * start. Without, they must exist.
     */
    public record Liquibase(@DefaultValue("true") boolean enabled) {
    }

    /**
     * What is carried from the caller's thread to workflows and activities.
     *
     * @param mdc Keys of the logging context (MDC) whose values are carried along. By
     * default none.
     * @param principal Whether the name of the principal that Spring Security has
     * authenticated is carried along, without its authorities.
     */
    public record Context(@DefaultValue List<String> mdc, @DefaultValue("false") boolean principal) {
    }

    /**
     * How long records of the past are kept that are neither runs nor part of one.
     *
     * @param batches Time after which a batch that has ended is deleted, at least a
     * second.
     * @param operatorActions Time after which it is deleted what somebody did that is in
     * no history, at least a second.
     */
    public record Records(@DefaultValue("30d") Duration batches, @DefaultValue("365d") Duration operatorActions) {

        public Records {
            kept("workflow.records.batches", batches);
            kept("workflow.records.operator-actions", operatorActions);
        }

    }

}

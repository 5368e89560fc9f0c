package dev.workflow.boot.actuate;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.ScheduleGauges;
import dev.workflow.engine.WaitingForBuild;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Whether workflows get on here: down when the engine is stopped, gives way to a newer
 * process of its name or has not heard from the database for longer than a lease, since
 * other nodes may then have taken its runs, or when code keeps all carrier threads, so
 * that nothing else gets a turn. A clock that differs is shown, and leaves it up: a
 * restart would not help. Neither would it with a backlog that is too old, which is
 * {@link #DEGRADED}: seen, and no reason for a restart.
 */
public final class WorkflowHealthIndicator extends AbstractHealthIndicator {

    /** It works, and does not keep up. */
    public static final Status DEGRADED = new Status("DEGRADED", "Workflows wait for longer than they should");

    private static final int MAX_QUEUES = 100;

    /** In which a virtual thread gets its turn, unless something is wrong. */
    private static final Duration TURN = Duration.ofSeconds(2);

    /** A schedule that is due for longer is worth a word. */
    private static final Duration LATE = Duration.ofSeconds(10);

    private final EngineGauges engine;

    private final Duration lease;

    private final Duration backlogAge;

    /** Health of an engine that puts up with a backlog of any age. */
    public WorkflowHealthIndicator(EngineGauges engine, Duration lease) {
        this(engine, lease, Duration.ZERO);
    }

    /**
     * Health of an engine.
     * @param backlogAge how long something may wait in a queue that this node serves;
     * zero: for ever
     */
    public WorkflowHealthIndicator(EngineGauges engine, Duration lease, Duration backlogAge) {
        super("The workflow engine's state cannot be read");
        this.engine = engine;
        this.lease = lease;
        this.backlogAge = backlogAge;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Duration silence = this.engine.sinceLastHeartbeat();
        boolean connected = silence.compareTo(this.lease) < 0;
        boolean turns = virtualThreadsGetTurns();
        boolean superseded = this.engine.isSuperseded();
        Optional<String> late = late();
        if (this.engine.isRunning() && !superseded && connected && turns) {
            builder.status(late.isPresent() ? DEGRADED : Status.UP);
            late.ifPresent(
                    (queue) -> builder.withDetail("reason", reason(queue)).withDetail("whatToDo", whatToDo(queue)));
        }
        else {
            builder.down();
        }
        if (superseded) {
            builder
                .withDetail("reason",
                        "Another process runs with the same workflow.node-id. The newer one wins, so "
                                + "this one has stopped working until that one ends")
                .withDetail("whatToDo", "Give each process a workflow.node-id of its own, or none, and start it again");
        }
        builder.withDetail("engine", engine(superseded))
            .withDetail("database", connected ? "connected" : "silent")
            .withDetail("carrierThreads", turns ? "available" : "all kept by code that does not yield")
            .withDetail("sinceLastHeartbeat", silence)
            .withDetail("pollers", new Pollers(this.engine.taskQueues(), this.engine.sinceLastPoll()))
            .withDetail("clockSkew", this.engine.clockSkew())
            .withDetail("nodes", this.engine.liveNodes())
            .withDetail("backlog", backlog());
        ScheduleGauges schedules = this.engine.scheduleGauges();
        if (schedules.failing() > 0 || schedules.lag().compareTo(LATE) > 0) {
            builder.withDetail("schedules", new Schedules(schedules.count(), schedules.failing(), schedules.lag()));
        }
        List<WaitingForBuild> waiting = this.engine.waitingForBuilds();
        if (!waiting.isEmpty()) {
            builder.withDetail("waitingForBuilds", waiting.stream().limit(MAX_QUEUES).toList());
        }
    }

    private String engine(boolean superseded) {
        if (!this.engine.isRunning()) {
            return "stopped";
        }
        return superseded ? "superseded" : "running";
    }

    /**
     * Workflows and activities run on virtual threads, which are not interrupted: as many
     * loops as there are processors stop all the others.
     */
    private static boolean virtualThreadsGetTurns() {
        CountDownLatch turn = new CountDownLatch(1);
        Thread.ofVirtual().name("workflow-health").start(turn::countDown);
        try {
            return turn.await(TURN.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** The queue of this node in which something has waited for too long. */
    private Optional<String> late() {
        return this.backlogAge.isZero() ? Optional.empty()
                : this.engine.taskQueues()
                    .stream()
                    .filter((queue) -> !this.engine.isPaused(queue))
                    .filter((queue) -> this.engine.backlogAge(queue).compareTo(this.backlogAge) > 0)
                    .max(Comparator.comparing(this.engine::backlogAge));
    }

    private String reason(String queue) {
        return "In task queue '" + queue + "' something has waited for " + this.engine.backlogAge(queue)
                + ", longer than workflow.health.backlog-age (" + this.backlogAge + ")";
    }

    private String whatToDo(String queue) {
        int slots = this.engine.activitySlots(queue);
        if (this.engine.activitySlotsUsed(queue) >= slots) {
            return "All " + slots + " activity slots of this node are taken: start more nodes, or raise "
                    + "workflow.worker.task-queues." + queue + ".activity-slots";
        }
        if (this.engine.transactionalSlotsUsed() >= this.engine.transactionalSlots()) {
            return "All " + this.engine.transactionalSlots() + " activities with a transaction that this node runs at "
                    + "once are under way: shorten them, or raise the pool and workflow.activity.transactional-slots";
        }
        return "This node has free slots: look whether the queue has a rate limit, whether one of its types is known "
                + "to no node, and how fast the database commits (workflow.commit)";
    }

    /** Of the queues that this node serves, and of those that perhaps nobody does. */
    private Map<String, Backlog> backlog() {
        Map<String, Backlog> queues = new LinkedHashMap<>();
        Stream.concat(this.engine.taskQueues().stream(), this.engine.waitingQueues().stream())
            .distinct()
            .limit(MAX_QUEUES)
            .forEach((queue) -> queues.put(queue,
                    new Backlog(this.engine.backlog(queue), this.engine.backlogAge(queue))));
        return queues;
    }

    /**
     * What looks for work on this node.
     *
     * @param taskQueues in which queues
     * @param sinceLastPoll how long ago it last did
     */
    record Pollers(Collection<String> taskQueues, Duration sinceLastPoll) {
    }

    /** How many schedules cannot start their runs, and how late the latest is. */
    record Schedules(long count, long failing, Duration lag) {
    }

    /** What waits in one queue, and for how long. */
    record Backlog(long count, Duration age) {
    }

}

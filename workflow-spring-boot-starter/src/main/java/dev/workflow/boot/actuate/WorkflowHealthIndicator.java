package dev.workflow.boot.actuate;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.WaitingForBuild;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether workflows get on here: down when the engine is stopped or has not heard from
 * the database for longer than a lease, since other nodes may then have taken its runs,
 * or when code keeps all carrier threads, so that nothing else gets a turn. A clock that
 * differs and a backlog are shown, and leave it up: a restart would help with neither.
 */
public final class WorkflowHealthIndicator extends AbstractHealthIndicator {

    private static final int MAX_QUEUES = 100;

    /** In which a virtual thread gets its turn, unless something is wrong. */
    private static final Duration TURN = Duration.ofSeconds(2);

    private final EngineGauges engine;

    private final Duration lease;

    public WorkflowHealthIndicator(EngineGauges engine, Duration lease) {
        super("The workflow engine's state cannot be read");
        this.engine = engine;
        this.lease = lease;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Duration silence = this.engine.sinceLastHeartbeat();
        boolean connected = silence.compareTo(this.lease) < 0;
        boolean turns = virtualThreadsGetTurns();
        if (this.engine.isRunning() && connected && turns) {
            builder.up();
        }
        else {
            builder.down();
        }
        builder.withDetail("engine", this.engine.isRunning() ? "running" : "stopped")
            .withDetail("database", connected ? "connected" : "silent")
            .withDetail("carrierThreads", turns ? "available" : "all kept by code that does not yield")
            .withDetail("sinceLastHeartbeat", silence)
            .withDetail("clockSkew", this.engine.clockSkew())
            .withDetail("nodes", this.engine.liveNodes())
            .withDetail("backlog", backlog());
        List<WaitingForBuild> waiting = this.engine.waitingForBuilds();
        if (!waiting.isEmpty()) {
            builder.withDetail("waitingForBuilds", waiting.stream().limit(MAX_QUEUES).toList());
        }
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

    /** What waits in one queue, and for how long. */
    record Backlog(long count, Duration age) {
    }

}

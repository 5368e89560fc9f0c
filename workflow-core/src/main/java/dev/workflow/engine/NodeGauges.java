package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The figures of this node. What is expensive to know is counted now and then, and kept.
 */
public final class NodeGauges implements EngineGauges {

    private final WorkflowEngine engine;

    private final EngineOperations operations;

    /**
     * Held by who counts or samples, so that no figure of before replaces a later one.
     */
    private final ReentrantLock counting = new ReentrantLock();

    private volatile List<EngineStore.Backlog> backlogs = List.of();

    private volatile DatabaseSample sample = DatabaseSample.NONE;

    private volatile List<WaitingForBuild> waitingForBuilds = List.of();

    NodeGauges(WorkflowEngine engine) {
        this.engine = engine;
        this.operations = new EngineOperations(engine);
    }

    /** Counts what waits. */
    void countBacklogs() {
        this.counting.lock();
        try {
            this.backlogs = this.engine.store().backlogs(this.engine.clock().instant());
            this.engine.schedules().takeCensus();
            this.waitingForBuilds = this.engine.builds().inUse() ? this.engine.builds()
                .missing(this.engine.store().routeBacklogs(this.engine.clock().instant()), this.engine.liveNodeRows())
                    : List.of();
        }
        finally {
            this.counting.unlock();
        }
    }

    /** Looks at the database, and whether notifications arrive. */
    void takeSample() {
        this.counting.lock();
        try {
            this.engine.wakeups().probe();
            this.sample = this.engine.store().sample();
            this.operations.sample();
        }
        finally {
            this.counting.unlock();
        }
    }

    /** What was due and had not been taken when it was counted last. */
    List<EngineStore.Backlog> backlogs() {
        return this.backlogs;
    }

    @Override
    public boolean isRunning() {
        return this.engine.isRunning();
    }

    @Override
    public boolean isSuperseded() {
        return this.engine.isSuperseded();
    }

    @Override
    public int cachedRuns() {
        return this.engine.resident().size();
    }

    @Override
    public Collection<String> taskQueues() {
        return this.engine.types().taskQueues();
    }

    @Override
    public Collection<String> waitingQueues() {
        return this.backlogs.stream().map(EngineStore.Backlog::taskQueue).distinct().sorted().toList();
    }

    @Override
    public int activitySlots(String taskQueue) {
        return this.engine.activitySlots(taskQueue);
    }

    @Override
    public int activitySlotsUsed(String taskQueue) {
        return this.engine.activities().used(taskQueue);
    }

    @Override
    public int transactionalSlots() {
        return this.engine.activities().transactional().limit();
    }

    @Override
    public int transactionalSlotsUsed() {
        return this.engine.activities().transactional().used();
    }

    @Override
    public int liveNodes() {
        return this.engine.liveNodeRows().size();
    }

    @Override
    public long backlog(String taskQueue) {
        return this.backlogs.stream()
            .filter((b) -> b.taskQueue().equals(taskQueue))
            .mapToLong(EngineStore.Backlog::count)
            .sum();
    }

    @Override
    public Duration backlogAge(String taskQueue) {
        return this.backlogs.stream()
            .filter((b) -> b.taskQueue().equals(taskQueue))
            .map((b) -> Duration.between(b.oldestDue(), this.engine.clock().instant()))
            .filter(Duration::isPositive)
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    }

    @Override
    public boolean isPaused(String taskQueue) {
        return this.engine.controls().isQueuePaused(taskQueue);
    }

    @Override
    public DatabaseSample database() {
        return this.sample;
    }

    @Override
    public Duration oldestTransactionalActivity() {
        Instant oldest = this.engine.activities().oldestTransaction();
        Duration age = (oldest != null) ? Duration.between(oldest, this.engine.clock().instant()) : Duration.ZERO;
        return age.isNegative() ? Duration.ZERO : age;
    }

    @Override
    public long lostNotifications() {
        return this.engine.wakeups().lost();
    }

    @Override
    public List<WaitingForBuild> waitingForBuilds() {
        return this.waitingForBuilds;
    }

    @Override
    public ScheduleGauges scheduleGauges() {
        return this.engine.schedules();
    }

    @Override
    public OperationGauges operationGauges() {
        return this.operations;
    }

    @Override
    public Duration clockSkew() {
        return this.engine.clock().offset().negated();
    }

    @Override
    public Duration sinceLastHeartbeat() {
        return this.engine.heart().sinceLastSuccess();
    }

    @Override
    public Duration sinceLastPoll() {
        return this.engine.poller().sinceLastRound();
    }

}

package dev.workflow.boot.actuate;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.OperationGauges;
import dev.workflow.engine.ScheduleGauges;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/** The engine's present state as gauges, those of a task queue tagged with its name. */
public final class EngineMeterBinder implements MeterBinder {

    private static final List<String> TABLES = List.of("workflow_execution", "workflow_event", "workflow_task",
            "workflow_activity_task", "workflow_message", "workflow_admission");

    private final EngineGauges engine;

    public EngineMeterBinder(EngineGauges engine) {
        this.engine = engine;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("workflow.cache.size", this.engine, EngineGauges::cachedRuns)
            .description("Runs in this node's memory")
            .register(registry);
        Gauge.builder("workflow.nodes", this.engine, EngineGauges::liveNodes)
            .description("Nodes that are alive")
            .register(registry);
        TimeGauge
            .builder("workflow.clock.skew", this.engine, TimeUnit.MILLISECONDS,
                    (gauges) -> gauges.clockSkew().toMillis())
            .description("How far this machine's clock is ahead of the database's")
            .register(registry);
        Gauge.builder("workflow.activity.transactional.slots", this.engine, EngineGauges::transactionalSlots)
            .description("Activities that may hold a connection of the application's pool at once on this node")
            .register(registry);
        Gauge.builder("workflow.activity.transactional.slots.used", this.engine, EngineGauges::transactionalSlotsUsed)
            .description("Activities that hold a connection of the application's pool on this node")
            .register(registry);
        bindDatabase(registry);
        bindSchedules(registry, this.engine.scheduleGauges());
        bindOperations(registry, this.engine.operationGauges());
        this.engine.taskQueues().forEach((queue) -> bindQueue(registry, queue));
        bindOtherQueues(registry);
    }

    /** As old as the last look, which is half a minute at most. */
    private void bindDatabase(MeterRegistry registry) {
        TimeGauge
            .builder("workflow.activity.transactional.oldest", this.engine, TimeUnit.MILLISECONDS,
                    (gauges) -> gauges.oldestTransactionalActivity().toMillis())
            .description("How long the oldest activity on this node has held its transaction")
            .register(registry);
        FunctionCounter.builder("workflow.notify.lost", this.engine, EngineGauges::lostNotifications)
            .description("Notifications of this node to itself that did not arrive")
            .register(registry);
        TimeGauge
            .builder("workflow.database.oldest.transaction", this.engine, TimeUnit.MILLISECONDS,
                    (gauges) -> gauges.database().oldestTransaction().toMillis())
            .description("How long the oldest transaction of the database has been open")
            .register(registry);
        Gauge.builder("workflow.database.xmin.age", this.engine, (gauges) -> gauges.database().oldestSnapshot())
            .description("How many transactions ago the oldest snapshot was taken, which keeps dead rows")
            .register(registry);
        Gauge.builder("workflow.runs.blocked", this.engine, (gauges) -> gauges.database().blockedRuns())
            .description("Runs that stand still with a problem")
            .register(registry);
        Gauge.builder("workflow.runs.quarantined", this.engine, (gauges) -> gauges.database().quarantinedRuns())
            .description("Those of them that are left alone for long pauses")
            .register(registry);
        Gauge.builder("workflow.runs.paused", this.engine, (gauges) -> gauges.database().pausedRuns())
            .description("Runs that are paused")
            .register(registry);
        for (String table : TABLES) {
            Gauge.builder("workflow.table.size", this.engine, (gauges) -> gauges.database().table(table).bytes())
                .tag("table", table)
                .baseUnit("bytes")
                .description("Size of a table of the engine, with its indexes")
                .register(registry);
            Gauge
                .builder("workflow.table.rows.dead", this.engine, (gauges) -> gauges.database().table(table).deadRows())
                .tag("table", table)
                .description("Dead rows that wait to be removed, about")
                .register(registry);
        }
    }

    private static void bindSchedules(MeterRegistry registry, ScheduleGauges schedules) {
        Gauge.builder("workflow.schedules", schedules, ScheduleGauges::count)
            .description("Schedules")
            .register(registry);
        Gauge.builder("workflow.schedules.paused", schedules, ScheduleGauges::paused)
            .description("Schedules that are paused")
            .register(registry);
        Gauge.builder("workflow.schedules.failing", schedules, ScheduleGauges::failing)
            .description("Schedules that cannot start their runs; their descriptions say why")
            .register(registry);
        Gauge.builder("workflow.schedules.missed", schedules, ScheduleGauges::missed)
            .description("Times that passed longer ago than the catch-up window of their schedule")
            .register(registry);
        TimeGauge
            .builder("workflow.schedules.lag", schedules, TimeUnit.MILLISECONDS, (gauges) -> gauges.lag().toMillis())
            .description("How late the schedule is that is due for the longest")
            .register(registry);
    }

    private static void bindOperations(MeterRegistry registry, OperationGauges operations) {
        FunctionCounter.builder("workflow.backpressure.refused", operations, OperationGauges::refusedCalls)
            .description("Calls that this node has refused since too much waited")
            .register(registry);
        FunctionCounter.builder("workflow.backpressure.held", operations, OperationGauges::heldUpSchedules)
            .description("How often schedules had to wait on this node for that reason")
            .register(registry);
        FunctionCounter.builder("workflow.retention.deleted", operations, OperationGauges::deletedRuns)
            .description("Runs that this node has deleted, since their time was over")
            .register(registry);
        TimeGauge
            .builder("workflow.retention.lag", operations, TimeUnit.MILLISECONDS,
                    (gauges) -> gauges.deletionAge().toMillis())
            .description("For how long this node has been looking for runs to delete, this time")
            .register(registry);
    }

    /**
     * In one number: whoever starts workflows makes up queues, and nobody may ever serve
     * them.
     */
    private void bindOtherQueues(MeterRegistry registry) {
        Gauge
            .builder("workflow.backlog.elsewhere", this.engine,
                    (gauges) -> otherQueues().mapToLong(gauges::backlog).sum())
            .description("Runs and activities that are due in queues that this node does not serve")
            .register(registry);
        TimeGauge
            .builder("workflow.backlog.elsewhere.age", this.engine, TimeUnit.MILLISECONDS,
                    (gauges) -> otherQueues().mapToLong((queue) -> gauges.backlogAge(queue).toMillis()).max().orElse(0))
            .description("How long the one of them has waited that is due for the longest: long, and nobody serves it")
            .register(registry);
    }

    private Stream<String> otherQueues() {
        Collection<String> served = this.engine.taskQueues();
        return this.engine.waitingQueues().stream().filter((queue) -> !served.contains(queue));
    }

    private void bindQueue(MeterRegistry registry, String queue) {
        OperationGauges operations = this.engine.operationGauges();
        Gauge.builder("workflow.rate.limit", operations, (gauges) -> gauges.rateLimit(queue))
            .tag("queue", queue)
            .description("Activities that may begin in a second on all nodes; not a number: as many as can")
            .register(registry);
        Gauge.builder("workflow.rate.tokens", operations, (gauges) -> gauges.rateTokens(queue))
            .tag("queue", queue)
            .description("Activities that may begin at once, of what no node holds")
            .register(registry);
        Gauge.builder("workflow.activity.slots", this.engine, (gauges) -> gauges.activitySlots(queue))
            .tag("queue", queue)
            .description("Activities that may run at once on this node")
            .register(registry);
        Gauge.builder("workflow.activity.slots.used", this.engine, (gauges) -> gauges.activitySlotsUsed(queue))
            .tag("queue", queue)
            .description("Activities that run on this node")
            .register(registry);
        Gauge.builder("workflow.backlog", this.engine, (gauges) -> gauges.backlog(queue))
            .tag("queue", queue)
            .description("Runs and activities that are due and wait for a node")
            .register(registry);
        TimeGauge
            .builder("workflow.backlog.age", this.engine, TimeUnit.MILLISECONDS,
                    (gauges) -> gauges.backlogAge(queue).toMillis())
            .tag("queue", queue)
            .description("How long the one has waited that is due for the longest")
            .register(registry);
    }

}

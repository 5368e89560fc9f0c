package dev.workflow.boot.actuate;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.workflow.engine.EngineGauges;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/** The engine's present state as gauges, those of a task queue tagged with its name. */
public final class EngineMeterBinder implements MeterBinder {

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
        this.engine.taskQueues().forEach((queue) -> bindQueue(registry, queue));
        bindOtherQueues(registry);
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

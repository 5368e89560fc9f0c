package dev.workflow.boot.actuate;

import java.time.Duration;
import java.util.function.ToDoubleFunction;
import java.util.Locale;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.ActivityOutcome;
import dev.workflow.engine.ConcurrencyGauges;
import dev.workflow.engine.EngineMetrics;
import dev.workflow.engine.TypeRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.Timer;

/**
 * Counts and times what the engine does. Outcomes, and the types and queues of this
 * application, are tags; ids never are.
 */
public final class MicrometerEngineMetrics implements EngineMetrics {

    private final MeterProvider<Counter> started;

    private final MeterProvider<Timer> closed;

    private final MeterProvider<Timer> workflowTasks;

    private final MeterProvider<Counter> failedWorkflowTasks;

    private final MeterProvider<Timer> activities;

    private final MeterProvider<Timer> scheduleToStart;

    private final MeterProvider<DistributionSummary> replays;

    private final Counter cacheHits;

    private final Timer commits;

    private final DistributionSummary transitions;

    private final Counter refused;

    private final MeterRegistry registry;

    private final KnownNames names;

    /**
     * Metrics of an engine.
     * @param types whose names are tags; all others are one
     */
    public MicrometerEngineMetrics(MeterRegistry registry, TypeRegistry types) {
        this.registry = registry;
        this.names = new KnownNames(types);
        this.started = Counter.builder("workflow.started").description("Runs that were started").withRegistry(registry);
        this.closed = Timer.builder("workflow.closed")
            .description("Runs that ended, and how long they took")
            .withRegistry(registry);
        this.workflowTasks = Timer.builder("workflow.task")
            .description("Turns of workflow code until their transition is durable")
            .withRegistry(registry);
        this.failedWorkflowTasks = Counter.builder("workflow.task.failed")
            .description("Turns of workflow code that failed and are tried again")
            .withRegistry(registry);
        this.activities = Timer.builder("workflow.activity")
            .description("Attempts of activities that ended")
            .withRegistry(registry);
        this.scheduleToStart = Timer.builder("workflow.activity.schedule.to.start")
            .description("How long due attempts waited for a worker")
            .withRegistry(registry);
        this.replays = DistributionSummary.builder("workflow.replay")
            .baseUnit("events")
            .description("Runs that were rebuilt from their history, and its length")
            .withRegistry(registry);
        this.cacheHits = Counter.builder("workflow.cache.hits")
            .description("Turns of runs that were still in memory")
            .register(registry);
        this.commits = Timer.builder("workflow.commit").description("Commits of the engine").register(registry);
        this.transitions = DistributionSummary.builder("workflow.commit.transitions")
            .baseUnit("transitions")
            .description("Transitions in one commit")
            .register(registry);
        this.refused = Counter.builder("workflow.commit.refused")
            .description("Transitions refused because another node owns their run")
            .register(registry);
    }

    @Override
    public void workflowStarted(String workflowType, String taskQueue) {
        this.started.withTags("type", this.names.workflowType(workflowType), "queue", this.names.taskQueue(taskQueue))
            .increment();
    }

    @Override
    public void workflowClosed(String workflowType, WorkflowStatus status, Duration duration) {
        this.closed.withTags("type", this.names.workflowType(workflowType), "status", tag(status)).record(duration);
    }

    @Override
    public void workflowTask(String workflowType, Duration duration) {
        this.workflowTasks.withTag("type", this.names.workflowType(workflowType)).record(duration);
    }

    @Override
    public void workflowTaskFailed(String workflowType) {
        this.failedWorkflowTasks.withTag("type", this.names.workflowType(workflowType)).increment();
    }

    @Override
    public void activity(String activityType, ActivityOutcome.Kind outcome, Duration latency,
            Duration scheduleToStart) {
        String type = this.names.activityType(activityType);
        this.activities.withTags("type", type, "outcome", tag(outcome)).record(latency);
        this.scheduleToStart.withTag("type", type).record(scheduleToStart);
    }

    @Override
    public void replay(String workflowType, int events) {
        this.replays.withTag("type", this.names.workflowType(workflowType)).record(events);
    }

    @Override
    public void cacheHit() {
        this.cacheHits.increment();
    }

    @Override
    public void commit(int transitions, Duration duration) {
        this.commits.record(duration);
        this.transitions.record(transitions);
    }

    @Override
    public void commitRefused() {
        this.refused.increment();
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void concurrencyLimited(String workflowType, ConcurrencyGauges gauges) {
        gauge("limit", workflowType, gauges, ConcurrencyGauges::limit)
            .description("Workflows of the type that may be in progress at once; 0: any number")
            .register(this.registry);
        gauge("limit.per.key", workflowType, gauges, ConcurrencyGauges::limitPerKey)
            .description("Those of one fairness key that may; 0: any number")
            .register(this.registry);
        gauge("in.progress", workflowType, gauges, ConcurrencyGauges::inProgress)
            .description("Workflows of the type that are in progress, on all nodes")
            .register(this.registry);
        gauge("waiting", workflowType, gauges, ConcurrencyGauges::waiting)
            .description("Workflows of the type that wait for a place")
            .register(this.registry);
    }

    /** The engine may forget it: the meter holds it. */
    private static Gauge.Builder<ConcurrencyGauges> gauge(String what, String workflowType, ConcurrencyGauges gauges,
            ToDoubleFunction<ConcurrencyGauges> value) {
        return Gauge.builder("workflow.concurrency." + what, gauges, value)
            .tag("type", workflowType)
            .strongReference(true);
    }

}

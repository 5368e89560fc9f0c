package dev.workflow.engine;

import java.time.Duration;
import java.util.Map;

/** The numbers of one engine. */
final class EngineOperations implements OperationGauges {

    private final WorkflowEngine engine;

    private volatile Map<String, EngineStore.RateLimit> rateLimits = Map.of();

    EngineOperations(WorkflowEngine engine) {
        this.engine = engine;
    }

    /** Looks how full the buckets are, where there are any. */
    void sample() {
        this.rateLimits = this.engine.controls().isAnyRateLimited() ? this.engine.store().rateLimits() : Map.of();
    }

    @Override
    public long refusedCalls() {
        return this.engine.backPressure().refused();
    }

    @Override
    public long heldUpSchedules() {
        return this.engine.backPressure().heldUp();
    }

    @Override
    public double rateLimit(String taskQueue) {
        Double limit = this.engine.controls().rateLimitOf(taskQueue);
        return (limit != null) ? limit : Double.NaN;
    }

    @Override
    public double rateTokens(String taskQueue) {
        EngineStore.RateLimit limit = this.rateLimits.get(taskQueue);
        return (limit != null) ? limit.tokens() : Double.NaN;
    }

    @Override
    public long deletedRuns() {
        Retention retention = this.engine.retention();
        return (retention != null) ? retention.deletedInAll() : 0;
    }

    @Override
    public Duration deletionAge() {
        Retention retention = this.engine.retention();
        return (retention != null) ? retention.passAge() : Duration.ZERO;
    }

}

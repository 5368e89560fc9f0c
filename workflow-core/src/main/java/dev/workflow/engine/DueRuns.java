package dev.workflow.engine;

import java.time.Instant;
import java.util.List;

/** Runs that are due and belong to nobody. */
final class DueRuns implements FairClaims.Table<EngineStore.ClaimedRun> {

    private final WorkflowEngine engine;

    DueRuns(WorkflowEngine engine) {
        this.engine = engine;
    }

    @Override
    public List<EngineStore.ClaimedRun> claim(long owner, List<EngineStore.SlotRequest> slots, boolean withKeys) {
        Instant now = this.engine.clock().instant();
        String build = this.engine.builds().own();
        return withKeys ? this.engine.store().fairness().claimRuns(owner, slots, now, build)
                : this.engine.store().claimDue(owner, slots, now, build);
    }

    @Override
    public List<FairnessStore.Granted<EngineStore.ClaimedRun>> claimOf(long owner, List<FairnessStore.Grant> grants) {
        return this.engine.store()
            .fairness()
            .claimRunsOf(owner, grants, this.engine.clock().instant(), this.engine.builds().own());
    }

    @Override
    public List<FairnessStore.Waiting> waiting(List<FairnessStore.Lane> lanes, int keys, Instant now) {
        return this.engine.store().fairness().waitingRuns(lanes, keys, now);
    }

    @Override
    public String taskQueue(EngineStore.ClaimedRun run) {
        return run.taskQueue();
    }

    @Override
    public String type(EngineStore.ClaimedRun run) {
        return run.workflowType();
    }

    @Override
    public int priority(EngineStore.ClaimedRun run) {
        return run.priority();
    }

}

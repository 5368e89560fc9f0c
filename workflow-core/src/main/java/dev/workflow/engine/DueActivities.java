package dev.workflow.engine;

import java.time.Instant;
import java.util.List;

/** Activities that are due and that nobody runs. */
final class DueActivities implements FairClaims.Table<EngineStore.ClaimedActivity> {

    private final WorkflowEngine engine;

    DueActivities(WorkflowEngine engine) {
        this.engine = engine;
    }

    @Override
    public List<EngineStore.ClaimedActivity> claim(long owner, List<EngineStore.SlotRequest> slots, boolean withKeys) {
        Instant now = this.engine.clock().instant();
        return withKeys ? this.engine.store().fairness().claimActivities(owner, slots, now)
                : this.engine.store().claimActivities(owner, slots, now);
    }

    @Override
    public List<FairnessStore.Granted<EngineStore.ClaimedActivity>> claimOf(long owner,
            List<FairnessStore.Grant> grants) {
        return this.engine.store().fairness().claimActivitiesOf(owner, grants, this.engine.clock().instant());
    }

    @Override
    public List<FairnessStore.Waiting> waiting(List<FairnessStore.Lane> lanes, int keys, Instant now) {
        return this.engine.store().fairness().waitingActivities(lanes, keys, now);
    }

    @Override
    public String taskQueue(EngineStore.ClaimedActivity activity) {
        return activity.order().taskQueue();
    }

    @Override
    public String type(EngineStore.ClaimedActivity activity) {
        return activity.order().activityType();
    }

    @Override
    public int priority(EngineStore.ClaimedActivity activity) {
        return activity.order().priority();
    }

}

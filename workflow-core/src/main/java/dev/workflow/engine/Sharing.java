package dev.workflow.engine;

/** How slots are shared: over priorities and fairness keys, of runs and of activities. */
final class Sharing {

    private final FairnessKeys keys;

    private final FairClaims<EngineStore.ClaimedRun> runs;

    private final FairClaims<EngineStore.ClaimedActivity> activities;

    Sharing(WorkflowEngine engine) {
        this.keys = new FairnessKeys(engine);
        this.runs = new FairClaims<>(new DueRuns(engine), this.keys, engine.clock());
        this.activities = new FairClaims<>(new DueActivities(engine), this.keys, engine.clock());
    }

    FairnessKeys keys() {
        return this.keys;
    }

    FairClaims<EngineStore.ClaimedRun> runs() {
        return this.runs;
    }

    FairClaims<EngineStore.ClaimedActivity> activities() {
        return this.activities;
    }

}

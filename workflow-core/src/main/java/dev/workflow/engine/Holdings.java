package dev.workflow.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which runs this node holds, and what to do where that is not what the database says. A
 * claim may have been written whose answer was lost, and a run may have been taken away
 * without a word. The poller takes runs in, the caretaker sweeps.
 */
final class Holdings {

    private static final Logger logger = LoggerFactory.getLogger(Holdings.class);

    /** How many sweeps lie between two that compare everything. */
    private static final int THOROUGH = 10;

    private final WorkflowEngine engine;

    private int sweeps;

    private Set<UUID> missing = Set.of();

    private Set<UUID> takenAway = Set.of();

    private Set<EngineStore.ActivityKey> missingActivities = Set.of();

    Holdings(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Takes a run into memory that was claimed under the given incarnation of this node.
     * @param beginning what was read of it already; null: nothing
     */
    void activate(long owner, EngineStore.ClaimedRun run, EngineStore.@Nullable Beginning beginning) {
        if (this.engine.controls().isPaused(run.workflowType(), run.taskQueue())) {
            // The claim was on its way when that was said.
            this.engine.retrying(() -> this.engine.releases()
                .release(new EngineStore.Release(run.runId(), owner, run.token(), run.dueAt(),
                        Math.max(0, run.crashes() - 1), null)));
            return;
        }
        RunActor actor = RunActor.claimed(this.engine, owner, run, beginning);
        if (this.engine.resident().add(actor)) {
            this.engine.resident().known(actor);
            ThreadStep.launch(actor);
        }
        else {
            // The one that is here has lost the run: its next transition is refused, and
            // it ends.
            RunActor before = this.engine.resident().get(run.runId());
            if (before != null) {
                before.offer(new Delivery.Gone(false));
            }
            this.engine.retrying(() -> this.engine.releases()
                .release(new EngineStore.Release(run.runId(), owner, run.token(), this.engine.clock().instant(), 0,
                        null)));
        }
    }

    /**
     * A run that this node owns but does not hold: give it back, so that it is claimed
     * anew.
     */
    void releaseStray(UUID runId) {
        if (this.engine.resident().get(runId) == null) {
            this.engine.store().releaseStray(runId, this.engine.nodeId(), this.engine.clock().instant());
        }
    }

    /**
     * Finds what belongs to nobody, and what this node owns by the database's word but
     * does not hold: a claim may have been written whose answer was lost. As long as both
     * have the same number, it compares them one by one only now and then.
     */
    void sweep() {
        if (this.engine.builds().inUse()) {
            this.engine.store().reroute();
        }
        this.sweeps++;
        boolean thorough = this.sweeps % THOROUGH == 0;
        EngineStore.Ownership ownership = this.engine.store().ownership(this.engine.nodeId());
        if (ownership.strays()) {
            releaseStrays();
        }
        // What one sweep has missed, the next one has to look at again.
        if (thorough || ownership.runs() != this.engine.resident().size() || !this.missing.isEmpty()
                || !this.takenAway.isEmpty()) {
            compareRuns();
        }
        if (thorough || ownership.activities() != this.engine.activities().count()
                || !this.missingActivities.isEmpty()) {
            compareActivities();
        }
    }

    private void releaseStrays() {
        int released = this.engine.store().sweep(this.engine.clock().instant());
        if (released > 0) {
            logger.info("Released {} runs and activities that belonged to no node", released);
            this.engine.poller().wake();
        }
    }

    private void compareRuns() {
        Set<UUID> runs = new HashSet<>(this.engine.store().owned(this.engine.nodeId()));
        dropTaken(runs);
        runs.removeIf((runId) -> this.engine.resident().get(runId) != null);
        // One that was missing at the last sweep, too, is not just on its way in or out.
        runs.stream().filter(this.missing::contains).forEach(this::releaseStray);
        this.missing = runs;
    }

    private void compareActivities() {
        Set<EngineStore.ActivityKey> orders = new HashSet<>(this.engine.store().ownedActivities(this.engine.nodeId()));
        orders.removeIf((key) -> this.engine.activities().isRunning(key) || isBusy(key.runId()));
        List<EngineStore.ActivityKey> stray = orders.stream().filter(this.missingActivities::contains).toList();
        if (!stray.isEmpty()) {
            logger.warn("{} activities belong to this node, which does not run them: they are tried again",
                    stray.size());
            this.engine.store().releaseStrayActivities(this.engine.nodeId(), stray, this.engine.clock().instant());
            this.engine.poller().wake();
        }
        this.missingActivities = orders;
    }

    /** Then the result may wait in memory: the run has to commit it first. */
    private boolean isBusy(UUID runId) {
        RunActor actor = this.engine.resident().get(runId);
        return actor != null && !actor.isIdle();
    }

    /**
     * What was taken from this node and it has not heard of: whoever waits for it here
     * would wait for an actor that is not told of its end.
     */
    private void dropTaken(Set<UUID> owned) {
        List<RunActor> held = this.engine.resident()
            .all()
            .stream()
            .filter((actor) -> actor.isIdle() && !owned.contains(actor.runId()))
            .toList();
        held.stream().filter((actor) -> this.takenAway.contains(actor.runId())).forEach(this.engine::evict);
        this.takenAway = held.stream().map(RunActor::runId).collect(Collectors.toSet());
    }

}

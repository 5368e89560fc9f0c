package dev.workflow.engine;

import java.util.HashMap;
import java.util.Map;

import dev.workflow.replay.WorkflowMachine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for workflow code that waits inside of {@code synchronized} on a Java where that
 * keeps a carrier thread from everything else. Called by the {@link Watch}.
 */
final class CarrierWatch {

    private static final Logger logger = LoggerFactory.getLogger(CarrierWatch.class);

    private final WorkflowEngine engine;

    private final TurnWatch turns;

    /** Runs that were reported, and whether they still keep a carrier. */
    private final Map<RunActor, Boolean> reported = new HashMap<>();

    CarrierWatch(WorkflowEngine engine, TurnWatch turns) {
        this.engine = engine;
        this.turns = turns;
    }

    void look() {
        if (!this.engine.machineSettings().watchCarriers()) {
            return;
        }
        for (RunActor actor : this.engine.resident().all()) {
            WorkflowMachine machine = actor.machine();
            WorkflowMachine.Pinned pinned = (machine != null) ? machine.pinned() : null;
            if (pinned != null) {
                keeps(actor, pinned);
            }
            else if (this.reported.replace(actor, true, false)) {
                this.turns.note(actor, null);
            }
        }
        this.reported.keySet().removeIf((actor) -> this.engine.resident().get(actor.runId()) != actor);
    }

    private void keeps(RunActor actor, WorkflowMachine.Pinned pinned) {
        Boolean before = this.reported.put(actor, true);
        if (before != null && before) {
            return;
        }
        String report = "[WF-PN01] Workflow code waits inside of synchronized (or of native code, or a static "
                + "initializer) and keeps the carrier thread " + pinned.carrier() + " from every other virtual thread. "
                + "On Java 21 to 23 use a ReentrantLock or WorkflowLock there, or run on Java 24 or later. Its stack:\n"
                + TurnWatch.stack(pinned.thread());
        if (before == null) {
            logger.error("Workflow {} ({}, run {}): {}", actor.workflowId(), actor.workflowType(), actor.runId(),
                    report);
        }
        this.turns.note(actor, report);
    }

}

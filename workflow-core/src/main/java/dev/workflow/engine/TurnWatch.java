package dev.workflow.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.workflow.replay.WorkflowMachine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for workflow code that keeps its thread, and says so: in the log, and where
 * people look at the run. Turns begin and end on the threads of actors; the {@link Watch}
 * looks. Code that is ready to go on and waits for a carrier keeps nothing, however long
 * it takes: then the machine has too much to do, and not the code.
 */
final class TurnWatch {

    private static final Logger logger = LoggerFactory.getLogger(TurnWatch.class);

    private final WorkflowEngine engine;

    private final Set<RunActor> turning = ConcurrentHashMap.newKeySet();

    /** Those that were reported, and whether they were seen to keep a carrier. */
    private final Map<RunActor, Boolean> reported = new HashMap<>();

    private final CarrierWatch carrierWatch;

    private final CarrierThreads carriers = new CarrierThreads();

    TurnWatch(WorkflowEngine engine) {
        this.engine = engine;
        this.carrierWatch = new CarrierWatch(engine, this);
    }

    /** A run whose code runs from now on. */
    void begins(RunActor actor) {
        this.turning.add(actor);
    }

    /** Its code has blocked or ended. */
    void ends(RunActor actor) {
        this.turning.remove(actor);
    }

    /** Looks for workflow code that keeps its thread too long. */
    void look() {
        long now = System.nanoTime();
        for (RunActor actor : this.turning) {
            WorkflowMachine machine = actor.machine();
            WorkflowMachine.Running turn = (machine != null) ? machine.running() : null;
            long limit = this.engine.settings().deadlockTimeout().toNanos();
            if (turn == null || now - turn.sinceNanos() <= limit || turn.isExcused()) {
                continue;
            }
            boolean known = this.reported.containsKey(actor);
            this.reported.merge(actor, turn.keepsCarrier(), Boolean::logicalOr);
            if (!known) {
                String stack = stack(turn.thread());
                logger.error(
                        "[WF-DL01] Workflow {} ({}, run {}) has kept its thread for over {} without yielding. "
                                + "Blocking calls and heavy computation belong into activities. Its stack:\n{}",
                        actor.workflowId(), actor.workflowType(), actor.runId(),
                        this.engine.settings().deadlockTimeout(), stack);
                note(actor, "[WF-DL01] Workflow code keeps its thread for over "
                        + this.engine.settings().deadlockTimeout() + " without yielding:\n" + stack);
            }
        }
        this.reported.keySet().removeIf(this::hasGivenBack);
        this.carriers.makeUpFor((int) this.reported.values().stream().filter((keeps) -> keeps).count());
        this.carrierWatch.look();
    }

    /** Nobody looks any more. */
    void end() {
        this.carriers.makeUpFor(0);
    }

    private boolean hasGivenBack(RunActor actor) {
        if (this.turning.contains(actor)) {
            return false;
        }
        if (this.engine.resident().get(actor.runId()) == actor) {
            logger.warn("Workflow {} has given its thread back", actor.workflowId());
            note(actor, null);
        }
        return true;
    }

    /**
     * Writes it on a thread of its own: the watch, which calls, must neither wait for the
     * database nor stop with it. It is a platform thread, for what is wrong may be that
     * no virtual thread goes on.
     */
    void note(RunActor actor, @Nullable String problem) {
        Thread.ofPlatform().daemon(true).name("note-" + actor.workflowId()).start(() -> {
            try {
                this.engine.store()
                    .noteProblem(actor.runId(), actor.owner(), actor.token(),
                            (problem != null) ? this.engine.json().writeProblem(Texts.storable(problem, 4_000)) : null);
            }
            catch (StoreException ex) {
                logger.debug("The problem of {} was not noted: {}", actor.workflowId(), ex.getMessage());
            }
        });
    }

    static String stack(Thread thread) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append("\tat ").append(frame).append('\n');
        }
        return text.toString();
    }

}

package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.FailureInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends runs from outside. That needs neither actor nor owner: the database ends the run,
 * and whoever has it in memory is told afterwards.
 */
final class Terminations {

    private static final Logger logger = LoggerFactory.getLogger(Terminations.class);

    private final WorkflowEngine engine;

    private final AtomicBoolean busy = new AtomicBoolean();

    Terminations(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Ends runs whose inboxes ask for it, such as the children of one that has ended, on
     * a thread of its own: they may be many, and nothing else must wait for them. While
     * those of an earlier call are under way it does nothing, since whoever calls finds
     * what is left again.
     */
    void terminateAsAsked(List<UUID> runs) {
        if (runs.isEmpty() || !this.busy.compareAndSet(false, true)) {
            return;
        }
        // Every node has found them: each begins with another one.
        List<UUID> shuffled = new ArrayList<>(runs);
        Collections.shuffle(shuffled);
        try {
            Thread.ofVirtual().name("workflow-terminations").start(() -> {
                try {
                    terminateEach(shuffled);
                }
                finally {
                    this.busy.set(false);
                }
            });
        }
        catch (RuntimeException | Error ex) {
            this.busy.set(false);
            throw ex;
        }
    }

    /** Whether nothing is ended just now because of its inbox. */
    boolean isIdle() {
        return !this.busy.get();
    }

    /** What cannot be ended for a moment is found again by the next look. */
    private void terminateEach(List<UUID> runs) {
        for (UUID runId : runs) {
            if (!this.engine.isWorking()) {
                return;
            }
            try {
                this.engine.store()
                    .terminationAsked(runId)
                    .ifPresent((request) -> terminate(runId, this.engine.json().readRequest(request)));
            }
            catch (StoreException ex) {
                if (ex.kind() == StoreException.Kind.TRANSIENT) {
                    logger.warn("Runs were not ended as it was asked for, and will be: {}", ex.getMessage());
                    return;
                }
                // Perhaps a caller's open transaction holds it.
                logger.debug("Run {} cannot be ended for a moment: {}", runId, ex.getMessage());
            }
            catch (RuntimeException ex) {
                logger.warn("Run {} cannot be ended as it was asked for: {}", runId, ex.getMessage(), ex);
            }
        }
    }

    /** Ends a run; false when it is not open. */
    boolean terminate(UUID runId, Request request) {
        FailureInfo failure = FailureInfo.terminated(request.reason());
        String encoded = this.engine.json().write(failure);
        EngineStore.TerminatedRun ended = this.engine.store()
            .terminate(runId,
                    new EngineStore.Termination(encoded, request.reason(), request.identity(),
                            (order) -> this.engine.deliveries()
                                .childNotice(order, WorkflowStatus.TERMINATED, runId.toString(), null, encoded),
                            this.engine.json().writeText(ChildStarts.PARENT_ENDED)),
                    this.engine.clock().instant());
        if (ended == null) {
            return false;
        }
        dropped(ended);
        settle(ended);
        return true;
    }

    /** Drops a run that was ended from outside; only enqueues. */
    void dropped(EngineStore.TerminatedRun ended) {
        taken(ended.runId(), ended.owner());
        // Its children, and a parent that is elsewhere, are found by a look of every
        // node.
        Deliveries.hint((ended.parentRunId() != null) ? this.engine.resident().get(ended.parentRunId()) : null);
        this.engine.wakeups().due("");
    }

    /** What else is to be done once a run was ended from outside. */
    void settle(EngineStore.TerminatedRun ended) {
        forgetActivities(ended.runId());
        for (EngineStore.ExecutionRow row : this.engine.store().ends(List.of(ended.runId())).closed()) {
            this.engine.results().closedHere(this.engine.results().outcome(row));
            this.engine.metrics()
                .workflowClosed(row.workflowType(), row.status(),
                        Duration.between(row.startedAt(), this.engine.clock().instant()));
            this.engine.admissions().ended(row.workflowType(), row.firstRunId());
        }
    }

    /** Has the node that held a run, which has been taken from it, drop it. */
    void taken(UUID runId, long owner) {
        RunActor actor = this.engine.resident().get(runId);
        if (actor != null) {
            actor.offer(new Delivery.Gone(true));
        }
        if (owner != 0 && owner != this.engine.nodeId()) {
            this.engine.wakeups().taken(owner, runId);
        }
    }

    /** What it misses is never run again, and removed in the end. */
    private void forgetActivities(UUID runId) {
        try {
            this.engine.store().forgetActivities(runId);
        }
        catch (StoreException ex) {
            logger.debug("Activities of {} are left: {}", runId, ex.getMessage());
        }
    }

}

package dev.workflow.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.workflow.history.HistoryEvent;
import dev.workflow.history.TimerCanceled;
import dev.workflow.history.TimerFired;
import dev.workflow.history.TimerStarted;
import dev.workflow.replay.WorkflowMachine;
import org.jspecify.annotations.Nullable;

/**
 * Describes runs for people: from their rows, and from memory what has none, where the
 * run is on this node. Asks no other node and replays nothing.
 */
final class Descriptions {

    private final WorkflowEngine engine;

    private final RunLookup runs;

    Descriptions(WorkflowEngine engine, RunLookup runs) {
        this.engine = engine;
        this.runs = runs;
    }

    WorkflowDetails describe(WorkflowRef workflow) {
        EngineStore.ExecutionRow row = this.runs.find(workflow);
        EngineJson json = this.engine.jsonForPeople();
        boolean open = row.closedAt() == null;
        List<WorkflowDetails.PendingActivityTask> activities = open ? pendingActivities(row) : List.of();
        return new WorkflowDetails(row.workflowId(), row.runId().toString(), row.firstRunId().toString(),
                row.workflowType(), row.taskQueue(), row.status(), row.startedAt(), row.closedAt(), row.historyLength(),
                activities, open ? timers(row.runId()) : List.of(), open ? children(row.runId()) : List.of(),
                json.readMemo(row.memo()), json.readAttributes(row.searchAttributes()), row.parentWorkflowId(),
                (row.owner() != null) ? Long.toString(row.owner()) : null, problem(row, activities),
                (row.result() != null) ? json.readPayload(row.result()) : null,
                (row.failure() != null) ? json.readFailure(row.failure()) : null, row.version().buildId(),
                row.version().pinned(), open ? currentDetails(row) : null, row.priority(), row.fairnessKey());
    }

    /**
     * What the code said, if it is here: a description asks no other node and replays
     * nothing.
     */
    private @Nullable String currentDetails(EngineStore.ExecutionRow row) {
        RunActor actor = this.runs.resident(new WorkflowRef(row.workflowId(), row.runId().toString()));
        WorkflowMachine machine = (actor != null) ? actor.machine() : null;
        String details = (machine != null) ? machine.currentDetails() : "";
        return details.isEmpty() ? null : details;
    }

    /** Local activities have no row: only who carries them out knows of them. */
    private List<WorkflowDetails.PendingActivityTask> pendingActivities(EngineStore.ExecutionRow row) {
        List<WorkflowDetails.PendingActivityTask> activities = new ArrayList<>();
        this.engine.store().pendingActivities(row.runId()).forEach((activity) -> activities.add(pending(activity)));
        RunActor actor = this.engine.resident().get(row.runId());
        if (actor != null) {
            activities.addAll(actor.localActivities());
        }
        return activities;
    }

    private @Nullable String problem(EngineStore.ExecutionRow row,
            List<WorkflowDetails.PendingActivityTask> activities) {
        List<String> problems = new ArrayList<>();
        String own = this.engine.jsonForPeople().readProblem(row.problem());
        if (own != null) {
            problems.add(own);
        }
        if (row.closedAt() == null) {
            if (row.owner() == null) {
                this.engine.admissions().whatItWaitsFor(row).ifPresent(problems::add);
            }
            List<EngineStore.NodeRow> nodes = this.engine.liveNodeRows();
            if (row.owner() == null) {
                String build = this.engine.builds()
                    .missing(row.taskQueue(), row.version().route(), row.workflowId(), nodes);
                problems.addAll(
                        (build != null)
                                ? List.of("Waits for build '" + build + "': no live node of task queue '"
                                        + row.taskQueue() + "' has it")
                                : Unserved.workflow(row.taskQueue(), row.workflowType(), nodes));
            }
            activities.forEach((activity) -> problems.addAll(Unserved.activity(activity, nodes)));
        }
        return problems.isEmpty() ? null : String.join("\n", problems);
    }

    private WorkflowDetails.PendingActivityTask pending(EngineStore.PendingActivityRow row) {
        EngineJson json = this.engine.jsonForPeople();
        boolean waits = !row.running();
        boolean paused = row.paused() && !row.cancelRequested();
        String state = row.cancelRequested() ? "CANCEL_REQUESTED" : paused ? (waits ? "PAUSED" : "PAUSE_REQUESTED")
                : row.running() ? "RUNNING" : (row.attempt() > 0) ? "BACKING_OFF" : "SCHEDULED";
        return new WorkflowDetails.PendingActivityTask(Long.toString(row.scheduledEventId()), row.activityType(),
                row.taskQueue(), row.attempt(), state,
                (row.lastFailure() != null) ? json.readFailure(row.lastFailure()) : null,
                (waits && !paused) ? row.dueAt() : null,
                (row.heartbeatDetails() != null) ? json.readPayload(row.heartbeatDetails()) : null);
    }

    private List<WorkflowDetails.PendingChild> children(UUID runId) {
        return this.engine.store()
            .openChildren(runId)
            .stream()
            .map((c) -> new WorkflowDetails.PendingChild(c.workflowId(), c.runId().toString(), c.workflowType(),
                    c.parentClosePolicy(), c.startedAt()))
            .toList();
    }

    private List<WorkflowDetails.PendingTimer> timers(UUID runId) {
        Map<Long, WorkflowDetails.PendingTimer> timers = new LinkedHashMap<>();
        for (HistoryEvent event : this.engine.store()
            .events(runId, List.of("TimerStarted", "TimerFired", "TimerCanceled"))) {
            switch (event) {
                case TimerStarted e -> timers.put(e.eventId(),
                        new WorkflowDetails.PendingTimer(e.eventId(), e.eventTime().plus(e.startToFireTimeout())));
                case TimerFired e -> timers.remove(e.startedEventId());
                case TimerCanceled e -> timers.remove(e.startedEventId());
                default -> throw new IllegalStateException("Not asked for: " + event);
            }
        }
        return new ArrayList<>(timers.values());
    }

}

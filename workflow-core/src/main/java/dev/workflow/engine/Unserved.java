package dev.workflow.engine;

import java.util.List;
import java.util.function.Function;

/**
 * Says of what waits that no live node would take it. As the nodes were at the last
 * heartbeat: of one that has just started it knows nothing yet.
 */
final class Unserved {

    /** Stands in a node's types for all that have no bean. */
    static final String ANY_TYPE = "*";

    private Unserved() {
    }

    /** Of a run that nobody owns: at most one sentence. */
    static List<String> workflow(String queue, String type, List<EngineStore.NodeRow> nodes) {
        return sentence("Waits for a worker", queue, "workflow type '" + type + "'", EngineStore.NodeRow::workflowTypes,
                type, nodes);
    }

    /** Of an activity, if it waits for a worker: at most one sentence. */
    static List<String> activity(WorkflowDetails.PendingActivityTask activity, List<EngineStore.NodeRow> nodes) {
        boolean waits = activity.state().equals("SCHEDULED") || activity.state().equals("BACKING_OFF");
        String type = activity.activityType();
        return waits ? sentence("Activity " + activity.activityId() + " waits for a worker", activity.taskQueue(),
                "activity type '" + type + "'", EngineStore.NodeRow::activityTypes, type, nodes) : List.of();
    }

    private static List<String> sentence(String waits, String queue, String what,
            Function<EngineStore.NodeRow, List<String>> types, String type, List<EngineStore.NodeRow> nodes) {
        List<EngineStore.NodeRow> serving = nodes.stream()
            .filter((node) -> node.alive() && node.taskQueues().contains(queue))
            .toList();
        if (serving.isEmpty()) {
            return List.of(waits + ": no live node serves task queue '" + queue + "'");
        }
        boolean known = serving.stream()
            .anyMatch((node) -> types.apply(node).contains(type) || types.apply(node).contains(ANY_TYPE));
        return known ? List.of() : List.of(waits + ": no live node of task queue '" + queue + "' has " + what);
    }

}

package dev.workflow.boot.web;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.workflow.engine.EngineStore.Control;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.NodeDirectory.NodeStatus;
import dev.workflow.engine.NodeDirectory.TaskQueueStatus;
import dev.workflow.engine.OperatorService;
import org.jspecify.annotations.Nullable;

/** Who works, what waits, and what was decided about task queues. */
final class NodeResource {

    private final NodeDirectory directory;

    private final OperatorService operator;

    NodeResource(NodeDirectory directory, OperatorService operator) {
        this.directory = directory;
        this.operator = operator;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/nodes", (call) -> Reply.ok(new Nodes(this.directory.nodes()))),
                Endpoint.get("/task-queues", (call) -> Reply.ok(new TaskQueues(taskQueues()))),
                Endpoint.get("/task-queues/{name}", this::taskQueue));
    }

    private Reply taskQueue(RestCall call) {
        String name = call.variable("name");
        return taskQueues().stream()
            .filter((queue) -> queue.name().equals(name))
            .findFirst()
            .map(Reply::ok)
            .orElseThrow(() -> ProblemType.UNKNOWN_TASK_QUEUE.because("No node serves task queue '" + name
                    + "', nothing waits in it, and it is neither paused nor limited."));
    }

    private List<TaskQueue> taskQueues() {
        Map<String, Control> controls = new HashMap<>();
        this.operator.taskQueues().stream().filter(NodeResource::says).forEach((c) -> controls.put(c.name(), c));
        List<TaskQueue> queues = new ArrayList<>();
        this.directory.taskQueues().forEach((queue) -> queues.add(view(queue, controls.remove(queue.name()))));
        controls.forEach((name, control) -> queues
            .add(view(new TaskQueueStatus(name, 0, 0, null, Duration.ZERO, List.of()), control)));
        queues.sort(Comparator.comparing(TaskQueue::name));
        return queues;
    }

    private TaskQueue view(TaskQueueStatus queue, @Nullable Control control) {
        boolean paused = control != null && control.pausedAt() != null;
        return new TaskQueue(queue.name(), queue.workflowBacklog(), queue.activityBacklog(), queue.oldestDue(),
                queue.backlogAge(), queue.nodes(), queue.nodes().size(), queue.waitingForBuilds(), paused,
                (control != null) ? control.rateLimit() : null, this.operator.configuredRate(queue.name()),
                (control != null) ? control.activitySlots() : null, (control != null) ? control.workflowSlots() : null);
    }

    private static boolean says(Control control) {
        return control.pausedAt() != null || control.rateLimit() != null || control.activitySlots() != null
                || control.workflowSlots() != null;
    }

    /** The answer about nodes. */
    private record Nodes(List<NodeStatus> nodes) {
    }

    /** The answer about task queues. */
    private record TaskQueues(List<TaskQueue> taskQueues) {
    }

    /**
     * A task queue.
     *
     * @param nodes names of the live nodes that serve it
     * @param pollers how many those are
     * @param activitiesPerSecond the limit that was set for all nodes together; null:
     * none
     * @param activitiesPerSecondOnThisNode that of the configuration of the node that
     * answers; null: none
     * @param activitySlots as they were set; null: as each node's configuration says
     * @param workflowSlots the same
     */
    private record TaskQueue(String name, long workflowBacklog, long activityBacklog, @Nullable Instant oldestDue,
            Duration backlogAge, List<String> nodes, int pollers, Map<String, Long> waitingForBuilds, boolean paused,
            @Nullable Double activitiesPerSecond, @Nullable Double activitiesPerSecondOnThisNode,
            @Nullable Integer activitySlots, @Nullable Integer workflowSlots) {
    }

}

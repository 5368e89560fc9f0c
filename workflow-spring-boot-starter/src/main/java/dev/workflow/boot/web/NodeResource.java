package dev.workflow.boot.web;

import java.util.List;

import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.NodeDirectory.NodeStatus;
import dev.workflow.engine.NodeDirectory.TaskQueueStatus;

/** Who works and what waits. */
final class NodeResource {

    private final NodeDirectory directory;

    NodeResource(NodeDirectory directory) {
        this.directory = directory;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/nodes", (call) -> Reply.ok(new Nodes(this.directory.nodes()))),
                Endpoint.get("/task-queues", (call) -> Reply.ok(new TaskQueues(this.directory.taskQueues()))),
                Endpoint.get("/task-queues/{name}", this::taskQueue));
    }

    private Reply taskQueue(RestCall call) {
        String name = call.variable("name");
        return this.directory.taskQueues()
            .stream()
            .filter((queue) -> queue.name().equals(name))
            .findFirst()
            .map(Reply::ok)
            .orElseThrow(() -> ProblemType.UNKNOWN_TASK_QUEUE
                .because("No node serves task queue '" + name + "', and nothing waits in it."));
    }

    /** The answer about nodes. */
    private record Nodes(List<NodeStatus> nodes) {
    }

    /** The answer about task queues. */
    private record TaskQueues(List<TaskQueueStatus> taskQueues) {
    }

}

package dev.workflow.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.WaitingForBuild;
import org.jspecify.annotations.Nullable;

/** Reads nodes and backlogs through the repositories. */
public final class JpaNodeDirectory implements NodeDirectory {

    private static final String LIVE = "LIVE";

    private final WorkflowNodeRepository nodes;

    private final WorkflowTaskRepository tasks;

    private final WorkflowActivityTaskRepository activities;

    private final InstantSource clock;

    private final LongSupplier self;

    private final Supplier<List<WaitingForBuild>> waitingForBuilds;

    /**
     * A directory.
     * @param nodes finds the nodes
     * @param tasks counts the runs that wait
     * @param activities counts the activities that wait
     * @param clock the engine's, by which something is due or not
     * @param self the id of this node
     * @param waitingForBuilds what waits for builds that no node has
     */
    public JpaNodeDirectory(WorkflowNodeRepository nodes, WorkflowTaskRepository tasks,
            WorkflowActivityTaskRepository activities, InstantSource clock, LongSupplier self,
            Supplier<List<WaitingForBuild>> waitingForBuilds) {
        this.nodes = nodes;
        this.tasks = tasks;
        this.activities = activities;
        this.clock = clock;
        this.self = self;
        this.waitingForBuilds = waitingForBuilds;
    }

    @Override
    public List<NodeStatus> nodes() {
        return this.nodes.findAllByOrderById().stream().map(this::status).toList();
    }

    @Override
    public List<TaskQueueStatus> taskQueues() {
        Instant now = this.clock.instant();
        Map<String, TaskQueueBacklog> runs = byQueue(this.tasks.backlog(now));
        Map<String, TaskQueueBacklog> activityTasks = byQueue(this.activities.backlog(now));
        SortedMap<String, List<String>> servers = servers();
        Stream.of(runs.keySet(), activityTasks.keySet())
            .flatMap(Set::stream)
            .forEach((queue) -> servers.putIfAbsent(queue, List.of()));
        return servers.entrySet()
            .stream()
            .map((server) -> status(server.getKey(), runs.get(server.getKey()), activityTasks.get(server.getKey()), now,
                    server.getValue()))
            .toList();
    }

    private SortedMap<String, List<String>> servers() {
        SortedMap<String, List<String>> servers = new TreeMap<>();
        for (NodeStatus node : nodes()) {
            if (node.state().equals(LIVE)) {
                node.taskQueues()
                    .forEach((queue) -> servers.merge(queue, List.of(node.name()),
                            (some, one) -> Stream.concat(some.stream(), one.stream()).toList()));
            }
        }
        return servers;
    }

    private NodeStatus status(WorkflowNodeEntity node) {
        return new NodeStatus(node.getId(), node.getName(), node.getTaskQueues().lines().toList(),
                node.getWorkflowTypes().lines().toList(), node.getActivityTypes().lines().toList(), node.getState(),
                node.getActivitySlots(), node.getActivitySlotsUsed(), node.getCachedRuns(), node.getStartedAt(),
                node.getHeartbeatAt(), node.getId() == this.self.getAsLong(), node.getBuildId());
    }

    private Map<String, Long> waitingForBuilds(String queue) {
        return this.waitingForBuilds.get()
            .stream()
            .filter((waiting) -> waiting.taskQueue().equals(queue))
            .collect(Collectors.toMap(WaitingForBuild::buildId, WaitingForBuild::count, Long::sum, TreeMap::new));
    }

    private TaskQueueStatus status(String queue, @Nullable TaskQueueBacklog runs, @Nullable TaskQueueBacklog activities,
            Instant now, List<String> servers) {
        Instant oldest = oldest(runs, activities);
        Duration age = (oldest != null) ? Duration.between(oldest, now) : Duration.ZERO;
        return new TaskQueueStatus(queue, (runs != null) ? runs.count() : 0,
                (activities != null) ? activities.count() : 0, oldest, age, servers, waitingForBuilds(queue));
    }

    private static @Nullable Instant oldest(@Nullable TaskQueueBacklog one, @Nullable TaskQueueBacklog other) {
        if (one == null || other == null) {
            TaskQueueBacklog only = (one != null) ? one : other;
            return (only != null) ? only.oldestDueAt() : null;
        }
        return one.oldestDueAt().isBefore(other.oldestDueAt()) ? one.oldestDueAt() : other.oldestDueAt();
    }

    private static Map<String, TaskQueueBacklog> byQueue(List<TaskQueueBacklog> backlogs) {
        return backlogs.stream().collect(Collectors.toMap(TaskQueueBacklog::taskQueue, Function.identity()));
    }

}

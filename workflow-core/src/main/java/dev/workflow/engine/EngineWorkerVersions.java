package dev.workflow.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.workflow.Constraints;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.TaskQueueVersions;
import dev.workflow.client.WorkerVersions;
import org.jspecify.annotations.Nullable;

/** Sets the builds of task queues in the database, for all nodes. */
final class EngineWorkerVersions implements WorkerVersions {

    private static final int MOST = 100;

    private final WorkflowEngine engine;

    EngineWorkerVersions(WorkflowEngine engine) {
        this.engine = engine;
    }

    @Override
    public TaskQueueVersions describe(String taskQueue) {
        Constraints.id("taskQueue", taskQueue);
        QueueVersions set = set(taskQueue);
        List<EngineStore.NodeRow> nodes = this.engine.store()
            .nodes()
            .stream()
            .filter((node) -> node.alive() && node.buildId() != null && node.taskQueues().contains(taskQueue))
            .toList();
        Map<String, Long> pinned = new TreeMap<>(this.engine.store().pinnedRuns(taskQueue));
        TreeSet<String> builds = new TreeSet<>(pinned.keySet());
        nodes.forEach((node) -> builds.add(Objects.requireNonNull(node.buildId())));
        if (set != null) {
            builds.add(set.current());
            if (set.ramping() != null) {
                builds.add(set.ramping());
            }
        }
        return new TaskQueueVersions(taskQueue, (set != null) ? set.current() : null,
                (set != null) ? set.ramping() : null, (set != null) ? set.percentage() : 0,
                builds.stream()
                    .map((build) -> new TaskQueueVersions.Build(build,
                            (int) nodes.stream().filter((node) -> build.equals(node.buildId())).count(),
                            pinned.getOrDefault(build, 0L)))
                    .toList());
    }

    @Override
    public void setCurrent(String taskQueue, @Nullable String buildId) {
        Constraints.id("taskQueue", taskQueue);
        if (buildId != null) {
            Constraints.id("buildId", buildId);
        }
        change(taskQueue, (before) -> {
            if (buildId == null) {
                return null;
            }
            if (before == null || buildId.equals(before.ramping())) {
                return new QueueVersions(taskQueue, buildId, null, 0);
            }
            return new QueueVersions(taskQueue, buildId, before.ramping(), before.percentage());
        });
    }

    @Override
    public void setRamp(String taskQueue, @Nullable String buildId, int percentage) {
        Constraints.id("taskQueue", taskQueue);
        change(taskQueue, (before) -> {
            if (before != null) {
                return with(taskQueue, before.current(), buildId, percentage);
            }
            if (buildId == null) {
                return null;
            }
            throw new IllegalStateException("Task queue '" + taskQueue
                    + "' has no current build, so that any node runs what waits in it. Set one before another gets a "
                    + "share.");
        });
    }

    @Override
    public void set(String taskQueue, String currentBuildId, @Nullable String rampingBuildId, int percentage) {
        Constraints.id("taskQueue", taskQueue);
        Constraints.id("currentBuildId", currentBuildId);
        change(taskQueue, (before) -> with(taskQueue, currentBuildId, rampingBuildId, percentage));
    }

    private static QueueVersions with(String taskQueue, String current, @Nullable String ramping, int percentage) {
        if (percentage < 0 || percentage > MOST) {
            throw new IllegalArgumentException("percentage: expected 0 to 100, given " + percentage);
        }
        if (ramping != null && Constraints.id("buildId", ramping).equals(current)) {
            throw new IllegalArgumentException(
                    "buildId: build '" + ramping + "' is the current one of task queue '" + taskQueue + "' already");
        }
        return new QueueVersions(taskQueue, current, ramping, (ramping != null) ? percentage : 0);
    }

    private void change(String taskQueue, EngineStore.VersionsChange change) {
        OperatorAction action = this.engine.identities()
            .action("SetBuilds", OperatorAction.Subject.TASK_QUEUE, taskQueue, Operator.UNKNOWN);
        this.engine.patiently(() -> {
            this.engine.store().changeVersions(taskQueue, change, action);
            return true;
        });
        tellAll(taskQueue);
    }

    private @Nullable QueueVersions set(String taskQueue) {
        return this.engine.store()
            .versions()
            .stream()
            .filter((set) -> set.taskQueue().equals(taskQueue))
            .findFirst()
            .orElse(null);
    }

    /** The others follow with their next heartbeat. */
    private void tellAll(String taskQueue) {
        this.engine.store().reroute();
        this.engine.followVersions();
        this.engine.wakeups().due(taskQueue);
    }

}

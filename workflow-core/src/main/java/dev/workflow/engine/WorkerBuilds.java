package dev.workflow.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.workflow.VersioningBehavior;
import org.jspecify.annotations.Nullable;

/**
 * What the build of this node may run. What is set for the queues is as it was at the
 * last heartbeat.
 * <p>
 * A claim finds a run by its route, in the index: those that wait for this very build,
 * and, where this build gets any share of the queue, those that wait for whichever build
 * it is. Of the latter some may turn out to be another build's share, which only their
 * workflow ids tell: these are handed over with a route. So nobody wades through what
 * others are to run, and a change of builds rewrites no row that waits.
 */
final class WorkerBuilds {

    private final @Nullable String own;

    private final VersioningBehavior otherwise;

    private final TypeRegistry types;

    private volatile Map<String, QueueVersions> versions = Map.of();

    WorkerBuilds(EngineSettings settings, TypeRegistry types) {
        this.own = settings.buildId();
        this.otherwise = settings.versioning();
        this.types = types;
    }

    @Nullable String own() {
        return this.own;
    }

    /** Whether builds mean anything to this node. */
    boolean inUse() {
        return this.own != null || !this.versions.isEmpty();
    }

    /** Takes note of what is set; returns whether it has changed. */
    boolean follow(Collection<QueueVersions> set) {
        Map<String, QueueVersions> next = new LinkedHashMap<>();
        set.forEach((queue) -> next.put(queue.taskQueue(), queue));
        boolean changed = !next.equals(this.versions);
        this.versions = Map.copyOf(next);
        return changed;
    }

    @Nullable QueueVersions of(String queue) {
        return this.versions.get(queue);
    }

    /** The types that this node runs, by the routes on which it may claim them. */
    List<EngineStore.ServedType> routes(List<EngineStore.ServedType> served) {
        if (!inUse()) {
            return served;
        }
        List<EngineStore.ServedType> routes = new ArrayList<>();
        for (EngineStore.ServedType type : served) {
            boolean pin = this.own != null && isPinned(type.workflowType());
            QueueVersions set = of(type.taskQueue());
            if (set == null || set.names(this.own)) {
                routes.add(new EngineStore.ServedType(type.workflowType(), type.taskQueue(), "", pin));
            }
            if (this.own != null) {
                routes.add(new EngineStore.ServedType(type.workflowType(), type.taskQueue(), this.own, pin));
            }
        }
        return routes;
    }

    /** Whether a workflow that is pinned to nothing is this build's. */
    boolean isMine(String queue, String workflowId) {
        QueueVersions set = of(queue);
        return set == null || set.chosen(workflowId).equals(this.own);
    }

    /** Whether a run that begins is not another build's. */
    boolean isMine(RunVersion version) {
        return version.route().isEmpty() || version.route().equals(this.own);
    }

    /** The build that a claimed run is handed over to; null: it stays here. */
    @Nullable String destination(EngineStore.ClaimedRun run) {
        QueueVersions set = of(run.taskQueue());
        if (run.wasPinned() || set == null) {
            return null;
        }
        String chosen = set.chosen(run.workflowId());
        return chosen.equals(this.own) ? null : chosen;
    }

    /** Of a run that begins on this node. */
    RunVersion begin(String workflowType) {
        if (this.own == null) {
            return RunVersion.NONE;
        }
        return isPinned(workflowType) ? RunVersion.pinned(this.own) : new RunVersion("", false, this.own);
    }

    /** Of a run that is left to whoever it is for. */
    RunVersion route(String queue, String workflowId) {
        QueueVersions set = of(queue);
        return (set != null) ? new RunVersion(set.chosen(workflowId), false, null) : RunVersion.NONE;
    }

    /**
     * Of the run in which another goes on.
     * @param before of the run that goes on
     * @param wanted what that run asked for; null: as before
     * @param sameQueue whether it stays in its task queue: a build is one of a queue
     */
    RunVersion next(RunVersion before, @Nullable VersioningBehavior wanted, boolean sameQueue, String queue,
            String workflowId) {
        boolean pinned = before.pinned() && wanted != VersioningBehavior.AUTO_UPGRADE;
        if (pinned && sameQueue) {
            return RunVersion.pinned(before.route());
        }
        if (wanted == VersioningBehavior.PINNED && sameQueue && this.own != null) {
            return RunVersion.pinned(this.own);
        }
        return route(queue, workflowId);
    }

    private boolean isPinned(String workflowType) {
        VersioningBehavior declared = this.types.versioningOf(workflowType);
        return ((declared != VersioningBehavior.UNSPECIFIED) ? declared : this.otherwise) == VersioningBehavior.PINNED;
    }

    /**
     * The build that a run waits for which no live node has; null: it waits for none.
     * @param route the run's route
     */
    @Nullable String missing(String queue, String route, String workflowId, List<EngineStore.NodeRow> nodes) {
        QueueVersions set = of(queue);
        String needed = !route.isEmpty() ? route : (set != null) ? set.chosen(workflowId) : null;
        return (needed != null && !isLive(queue, needed, nodes)) ? needed : null;
    }

    /** What waits for builds that no live node has. */
    List<WaitingForBuild> missing(List<EngineStore.RouteBacklog> backlogs, List<EngineStore.NodeRow> nodes) {
        List<WaitingForBuild> missing = new ArrayList<>();
        for (EngineStore.RouteBacklog backlog : backlogs) {
            QueueVersions set = of(backlog.taskQueue());
            String needed = backlog.route();
            if (needed.isEmpty() && set != null) {
                // Whichever of the two is there claims them, and hands over what is not
                // its own.
                String ramping = set.ramping();
                needed = (ramping != null && isLive(backlog.taskQueue(), ramping, nodes)) ? "" : set.current();
            }
            if (!needed.isEmpty() && !isLive(backlog.taskQueue(), needed, nodes)) {
                missing.add(new WaitingForBuild(backlog.taskQueue(), needed, backlog.count(), backlog.oldestDue()));
            }
        }
        return missing;
    }

    private static boolean isLive(String queue, String build, List<EngineStore.NodeRow> nodes) {
        return nodes.stream()
            .anyMatch((node) -> node.alive() && build.equals(node.buildId()) && node.taskQueues().contains(queue));
    }

}

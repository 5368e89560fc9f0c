package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/** The runs that this node holds in memory, least recently used first. */
final class ResidentRuns {

    private static final int MOST_QUIET = 5_000;

    private static final int MOST_TIMES_CAPACITY = 3;

    /** How many that must stay are passed by, at least, to find one that may leave. */
    private static final int SOME = 100;

    private final int capacity;

    private final ReentrantLock lock = new ReentrantLock();

    private final LinkedHashMap<UUID, RunActor> recency = new LinkedHashMap<>(64, 0.75f, true);

    /** Those of them that have a thread. */
    private final LinkedHashMap<UUID, RunActor> awake = new LinkedHashMap<>(64, 0.75f, true);

    private final Map<UUID, RunActor> byRun = new ConcurrentHashMap<>();

    private final Map<String, RunActor> byWorkflow = new ConcurrentHashMap<>();

    ResidentRuns(int capacity) {
        this.capacity = capacity;
    }

    /** Adds a run; returns false when it is there already. */
    boolean add(RunActor actor) {
        if (this.byRun.putIfAbsent(actor.runId(), actor) != null) {
            return false;
        }
        this.lock.lock();
        try {
            this.recency.put(actor.runId(), actor);
            this.awake.put(actor.runId(), actor);
        }
        finally {
            this.lock.unlock();
        }
        return true;
    }

    /** Makes a run known by its workflow id, once its start is durable. */
    void known(RunActor actor) {
        this.byWorkflow.put(actor.workflowId(), actor);
    }

    void remove(RunActor actor) {
        this.byWorkflow.remove(actor.workflowId(), actor);
        this.lock.lock();
        try {
            this.recency.remove(actor.runId(), actor);
            this.awake.remove(actor.runId(), actor);
        }
        finally {
            this.lock.unlock();
        }
        this.byRun.remove(actor.runId(), actor);
    }

    @Nullable RunActor get(UUID runId) {
        return this.byRun.get(runId);
    }

    /** The open run of a workflow id, if it is here. */
    @Nullable RunActor get(String workflowId) {
        return this.byWorkflow.get(workflowId);
    }

    void touch(RunActor actor) {
        this.lock.lock();
        try {
            if (this.recency.get(actor.runId()) == actor) {
                this.awake.put(actor.runId(), actor);
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Takes from the list of those awake who has been quiet for so long. */
    List<RunActor> quiet(Duration time) {
        List<RunActor> quiet = new ArrayList<>();
        long now = System.nanoTime();
        this.lock.lock();
        try {
            Iterator<RunActor> eldest = this.awake.values().iterator();
            while (eldest.hasNext() && quiet.size() < MOST_QUIET) {
                RunActor actor = eldest.next();
                if (actor.quietFor(now) < time.toNanos()) {
                    break;
                }
                eldest.remove();
                quiet.add(actor);
            }
        }
        finally {
            this.lock.unlock();
        }
        return quiet;
    }

    /**
     * Idle runs beyond the capacity, least recently used first. Those that expect
     * something stay, unless there are far too many: whoever comes back at once costs
     * more than it has freed.
     * @param now by the monotonic clock
     */
    List<RunActor> surplus(long now) {
        if (this.byRun.size() <= this.capacity) {
            return List.of();
        }
        this.lock.lock();
        try {
            int excess = Math.max(0, this.recency.size() - this.capacity);
            boolean tooMany = this.recency.size() > MOST_TIMES_CAPACITY * (long) this.capacity;
            return this.recency.values()
                .stream()
                .limit(2L * excess + SOME)
                .filter((actor) -> actor.isIdle() && (tooMany || !actor.isExpecting(now)))
                .limit(excess)
                .toList();
        }
        finally {
            this.lock.unlock();
        }
    }

    List<RunActor> all() {
        return List.copyOf(this.byRun.values());
    }

    int size() {
        return this.byRun.size();
    }

}

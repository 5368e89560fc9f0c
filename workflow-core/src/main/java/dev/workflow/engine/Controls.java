package dev.workflow.engine;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What people decided about task queues and workflow types, as this node knows it: read
 * when somebody says that it changed, by the caretaker, and, where nobody could say so,
 * with the polls. Runs of what is paused leave memory; nobody claims them, so that
 * everything for them waits in the tables.
 */
final class Controls {

    private final WorkflowEngine engine;

    private volatile List<EngineStore.Control> all = List.of();

    private volatile Set<String> pausedQueues = Set.of();

    private volatile Set<String> pausedTypes = Set.of();

    private volatile Map<String, EngineStore.Control> queues = Map.of();

    private final ReentrantLock lock = new ReentrantLock();

    private volatile boolean changed;

    private long read;

    Controls(WorkflowEngine engine) {
        this.engine = engine;
    }

    boolean isPaused(String workflowType, String taskQueue) {
        return this.pausedQueues.contains(taskQueue) || this.pausedTypes.contains(workflowType);
    }

    @Nullable Double rateLimitOf(String taskQueue) {
        EngineStore.Control control = this.queues.get(taskQueue);
        return (control != null) ? control.rateLimit() : null;
    }

    @Nullable Integer activitySlotsOf(String taskQueue) {
        EngineStore.Control control = this.queues.get(taskQueue);
        return (control != null) ? control.activitySlots() : null;
    }

    @Nullable Integer workflowSlotsOf(String taskQueue) {
        EngineStore.Control control = this.queues.get(taskQueue);
        return (control != null) ? control.workflowSlots() : null;
    }

    boolean isAnyRateLimited() {
        return this.queues.values().stream().anyMatch((control) -> control.rateLimit() != null);
    }

    boolean isQueuePaused(String taskQueue) {
        return this.pausedQueues.contains(taskQueue);
    }

    /** Looks where somebody said so, or where nobody could. For the poller. */
    void poll() {
        Duration interval = this.engine.settings().pollInterval();
        boolean deaf = !this.engine.settings().listen() && System.nanoTime() - this.read > interval.toNanos();
        if (deaf || this.changed) {
            boolean told = this.changed;
            this.changed = false;
            this.read = System.nanoTime();
            refresh();
            if (told) {
                this.engine.sharing().keys().refresh();
            }
        }
    }

    /** Somebody says so; the poller looks at once. */
    void changed() {
        this.changed = true;
        this.engine.poller().wake();
    }

    void refresh() {
        this.lock.lock();
        try {
            take(this.engine.store().controls());
        }
        finally {
            this.lock.unlock();
        }
    }

    private void take(List<EngineStore.Control> controls) {
        Set<String> queues = new HashSet<>();
        Set<String> types = new HashSet<>();
        for (EngineStore.Control control : controls) {
            if (control.pausedAt() != null) {
                (control.kind() == EngineStore.Control.Kind.TASK_QUEUE ? queues : types).add(control.name());
            }
        }
        boolean more = !controls.equals(this.all);
        this.all = controls;
        this.queues = controls.stream()
            .filter((control) -> control.kind() == EngineStore.Control.Kind.TASK_QUEUE)
            .collect(Collectors.toUnmodifiableMap(EngineStore.Control::name, Function.identity()));
        this.engine.slots().resize();
        this.engine.admissions().follow(controls);
        this.pausedQueues = Set.copyOf(queues);
        this.pausedTypes = Set.copyOf(types);
        if (!queues.isEmpty() || !types.isEmpty()) {
            this.engine.resident()
                .all()
                .stream()
                .filter((actor) -> isPaused(actor.workflowType(), actor.taskQueue()))
                .forEach(this.engine::evict);
        }
        if (more) {
            this.engine.poller().wake();
        }
    }

}

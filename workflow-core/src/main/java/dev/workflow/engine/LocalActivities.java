package dev.workflow.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.workflow.history.ActivityTaskScheduled;
import org.jspecify.annotations.Nullable;

/**
 * The local activities of one resident run. An attempt begins once everything that led to
 * it is durable, on a thread of its own, so that the run takes messages meanwhile; its
 * end comes back through the mailbox and is committed before the code sees it. All of
 * this lives as long as the run is in memory here: whoever has it next begins again with
 * the attempts whose ends are not recorded.
 * <p>
 * Everything is called by the actor, but the end of an attempt, which is delivered, and
 * {@link #pending()} and {@link #isRunning()}.
 */
final class LocalActivities {

    private final WorkflowEngine engine;

    private final Predicate<Delivery> mailbox;

    private volatile Map<String, LocalAttempt> running = Collections.emptyMap();

    private volatile List<WorkflowDetails.PendingActivityTask> waiting = List.of();

    LocalActivities(WorkflowEngine engine, Predicate<Delivery> mailbox) {
        this.engine = engine;
        this.mailbox = mailbox;
    }

    /**
     * Begins what has been ordered, and ends what is not wanted any more.
     * @param pending what has no end in the history
     * @param state knows which of it waits for its next attempt
     */
    void follow(Collection<ActivityTaskScheduled> pending, RunState state) {
        if (pending.isEmpty() && this.running.isEmpty() && this.waiting.isEmpty()) {
            return;
        }
        endAllBut(pending);
        List<WorkflowDetails.PendingActivityTask> later = new ArrayList<>(0);
        Instant now = this.engine.clock().instant();
        for (ActivityTaskScheduled order : pending) {
            boolean due = state.isLocalActivityDue(order.activityId(), now);
            if (due && !this.running.containsKey(order.activityId())) {
                RunState.LocalRetry retry = state.localRetry(order.activityId());
                LocalAttempt attempt = new LocalAttempt(this.engine, state.started(), order, this.mailbox,
                        (retry != null) ? retry.attempt() + 1 : 1);
                if (this.running.isEmpty()) {
                    this.running = new ConcurrentHashMap<>(2);
                }
                this.running.put(order.activityId(), attempt);
                attempt.start();
            }
            else if (!due) {
                later.add(waiting(order, state.localRetry(order.activityId())));
            }
        }
        this.waiting = later.isEmpty() ? List.of() : List.copyOf(later);
    }

    /** Its pause is in the history; how it failed is not known here. */
    private static WorkflowDetails.PendingActivityTask waiting(ActivityTaskScheduled order,
            RunState.@Nullable LocalRetry retry) {
        return new WorkflowDetails.PendingActivityTask(order.activityId(), order.activityType(), order.taskQueue(),
                (retry != null) ? retry.attempt() : 0, "BACKING_OFF", null, (retry != null) ? retry.at() : null, null);
    }

    /** Whether attempts are under way or wait for a slot; for any thread. */
    boolean isRunning() {
        return !this.running.isEmpty();
    }

    /** What has no end yet, for people; for any thread. */
    List<WorkflowDetails.PendingActivityTask> pending() {
        return Stream.concat(this.running.values().stream().map(LocalAttempt::pending), this.waiting.stream())
            .sorted(Comparator.comparing(WorkflowDetails.PendingActivityTask::activityId))
            .toList();
    }

    private void endAllBut(Collection<ActivityTaskScheduled> pending) {
        Set<String> wanted = new HashSet<>();
        pending.forEach((order) -> wanted.add(order.activityId()));
        Iterator<LocalAttempt> each = this.running.values().iterator();
        while (each.hasNext()) {
            LocalAttempt attempt = each.next();
            if (!wanted.contains(attempt.activityId())) {
                each.remove();
                attempt.cancel();
            }
        }
    }

    /** Its end has been taken from the mailbox. */
    void ended(String activityId) {
        this.running.remove(activityId);
    }

    /** The run leaves memory. */
    void abandon() {
        this.running.values().forEach(LocalAttempt::cancel);
        this.running.clear();
        this.waiting = List.of();
    }

}

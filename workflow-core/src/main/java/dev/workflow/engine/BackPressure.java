package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import dev.workflow.client.TooManyRequestsException;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what comes from outside and would only make a long queue longer: starts,
 * signals, updates, resets and forks. Schedules and batches wait meanwhile. What was
 * accepted goes on whatever waits, since nothing else makes queues shorter: what runs
 * order themselves, as children, messages to others and the run in which they continue;
 * results, timers, retries; and what people do to end or stop something.
 */
final class BackPressure {

    private static final Duration AFTER_COMMITS = Duration.ofSeconds(1);

    /** A backlog is counted so often. */
    private static final Duration AFTER_BACKLOG = Duration.ofSeconds(5);

    private final Supplier<EngineLimits> limits;

    private final IntSupplier waitingCommits;

    private final Supplier<List<EngineStore.Backlog>> backlogs;

    private final LongAdder refused = new LongAdder();

    private final LongAdder heldUp = new LongAdder();

    BackPressure(Supplier<EngineLimits> limits, IntSupplier waitingCommits,
            Supplier<List<EngineStore.Backlog>> backlogs) {
        this.limits = limits;
        this.waitingCommits = waitingCommits;
        this.backlogs = backlogs;
    }

    /**
     * Lets something in, or refuses it.
     * @throws TooManyRequestsException when more waits than this node puts up with
     */
    void admit(String taskQueue) {
        admit(() -> taskQueue);
    }

    /**
     * As above.
     * @param taskQueue the queue, asked for only where its backlog counts
     */
    void admit(Supplier<String> taskQueue) {
        TooManyRequestsException refusal = tooManyCommits();
        if (refusal == null && this.limits.get().backlog() > 0) {
            refusal = tooLongBacklog(taskQueue.get());
        }
        if (refusal != null) {
            this.refused.increment();
            throw refusal;
        }
    }

    /** Whether what the engine begins by itself is to wait on this node, and why. */
    @Nullable String holdsUp() {
        return heldUp(tooManyCommits());
    }

    /** Whether it is to wait what the engine begins by itself in a queue, and why. */
    @Nullable String holdsUp(String taskQueue) {
        return heldUp(tooLongBacklog(taskQueue));
    }

    private @Nullable String heldUp(@Nullable TooManyRequestsException refusal) {
        if (refusal == null) {
            return null;
        }
        this.heldUp.increment();
        return refusal.getMessage();
    }

    private @Nullable TooManyRequestsException tooManyCommits() {
        int most = this.limits.get().waitingCommits();
        if (most == 0 || this.waitingCommits.getAsInt() < most) {
            return null;
        }
        return new TooManyRequestsException(
                "At least " + most
                        + " transitions wait to be written (workflow.back-pressure.waiting-commits): nothing was done",
                AFTER_COMMITS);
    }

    private @Nullable TooManyRequestsException tooLongBacklog(String taskQueue) {
        long most = this.limits.get().backlog();
        if (most == 0) {
            return null;
        }
        for (EngineStore.Backlog backlog : this.backlogs.get()) {
            if (backlog.taskQueue().equals(taskQueue) && backlog.count() >= most) {
                return new TooManyRequestsException(backlog.count() + " runs or activities wait in task queue '"
                        + taskQueue + "', and no more than " + most
                        + " may (workflow.back-pressure.backlog): nothing was done", AFTER_BACKLOG);
            }
        }
        return null;
    }

    /** How many calls were refused. */
    long refused() {
        return this.refused.sum();
    }

    /** How often a schedule had to wait. */
    long heldUp() {
        return this.heldUp.sum();
    }

}

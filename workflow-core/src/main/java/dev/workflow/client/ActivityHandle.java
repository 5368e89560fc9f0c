package dev.workflow.client;

import java.util.Optional;

import dev.workflow.ActivityOptions;
import org.jspecify.annotations.Nullable;

/**
 * An activity that has no result yet, as people step in at it. What they do takes effect
 * at once, on whichever node it is, and is no part of a transaction of the caller's. The
 * history of the run says who did what and when, in an event
 * {@code OperatorActionRecorded}.
 * <p>
 * All methods but {@link #activityId()} and {@link #describe()} throw
 * {@link WorkflowNotFoundException} when no such workflow is open,
 * {@link IllegalArgumentException} when no such activity is, and
 * {@link IllegalStateException} when its result is being recorded at this moment.
 */
public interface ActivityHandle {

    /** Its id, unique in the run. */
    String activityId();

    /** How it stands; empty when it has its result, or there is none of that id. */
    Optional<PendingActivity> describe();

    /**
     * Begins the next attempt now that would be due later.
     * @throws IllegalStateException also while it runs or is paused
     */
    void runNow();

    /**
     * Lets no further attempt begin; one that runs may end, and its result counts.
     * Time-outs that span attempts go on.
     * @param reason why
     */
    void pause(String reason);

    /** Lets the next attempt begin, at once; nothing where it is not paused. */
    void unpause();

    /**
     * As {@link #unpause()}.
     * @param resetAttempts whether to forgive the attempts so far, too
     */
    void unpause(boolean resetAttempts);

    /**
     * Forgives the attempts so far: limits and pauses count from here, while the numbers
     * of attempts go on. The next one begins at once, unless it is paused.
     */
    void reset();

    /**
     * Changes its time-outs and how it is retried. It counts for the next attempt, and
     * for what follows a failure of one that runs.
     * @param options time-outs and retry; what is not set stays as it is. Attempts are
     * unlimited again with {@link Integer#MAX_VALUE}, and an empty array for
     * {@code doNotRetry} lets every failure be retried.
     * @throws IllegalArgumentException also when something else is set
     */
    void updateOptions(ActivityOptions options);

    /**
     * Ends it with a result in place of its own.
     * @param result what it returns
     */
    void complete(@Nullable Object result);

    /**
     * Ends it with a failure in place of its own, which is not retried.
     * @param failure what it throws
     */
    void fail(RuntimeException failure);

}

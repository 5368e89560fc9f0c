package dev.workflow.client;

import java.time.Duration;
import java.util.Map;

import dev.workflow.Constraints;
import dev.workflow.OptionValues;
import dev.workflow.RetryOptions;
import org.jspecify.annotations.Nullable;

/**
 * How a workflow is started. Immutable: each method that sets something returns a new
 * instance.
 */
public final class WorkflowOptions {

    private static final WorkflowOptions DEFAULTS = new WorkflowOptions(OptionValues.NONE);

    private final OptionValues values;

    private WorkflowOptions(OptionValues values) {
        this.values = values;
    }

    /**
     * Options in which nothing is set: a generated id, the task queue that the type
     * declares.
     */
    public static WorkflowOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Options with a workflow id of 1 to 1,000 characters, best one that the business
     * knows.
     */
    public static WorkflowOptions withId(String workflowId) {
        return DEFAULTS.id(workflowId);
    }

    /**
     * The workflow id. When not set, one derived from the request id, else a random one.
     */
    public WorkflowOptions id(String value) {
        return with("id", Constraints.id("workflowId", value));
    }

    /** As set; null when not. */
    public @Nullable String id() {
        return this.values.get("id", String.class);
    }

    /**
     * The task queue; the one that the type declares when not set.
     */
    public WorkflowOptions taskQueue(String value) {
        return with("taskQueue", Constraints.id("taskQueue", value));
    }

    /** As set; null when not. */
    public @Nullable String taskQueue() {
        return this.values.get("taskQueue", String.class);
    }

    /**
     * What a closed run of the same id means; {@link IdReusePolicy#ALLOW_DUPLICATE} when
     * not set.
     */
    public WorkflowOptions idReusePolicy(IdReusePolicy value) {
        return with("idReusePolicy", value);
    }

    /** As set; null when not. */
    public @Nullable IdReusePolicy idReusePolicy() {
        return this.values.get("idReusePolicy", IdReusePolicy.class);
    }

    /**
     * What an open run of the same id means; {@link IdConflictPolicy#FAIL} when not set.
     */
    public WorkflowOptions idConflictPolicy(IdConflictPolicy value) {
        return with("idConflictPolicy", value);
    }

    /** As set; null when not. */
    public @Nullable IdConflictPolicy idConflictPolicy() {
        return this.values.get("idConflictPolicy", IdConflictPolicy.class);
    }

    /**
     * Makes the start safe to repeat: a start whose request id was seen before returns
     * that start's run, for good; a signal that goes with it is taken once, and an update
     * with the same arguments. 1 to 1,000 characters.
     */
    public WorkflowOptions requestId(String value) {
        return with("requestId", Constraints.id("requestId", value));
    }

    /** As set; null when not. */
    public @Nullable String requestId() {
        return this.values.get("requestId", String.class);
    }

    /**
     * How long the workflow may take in all, over every run that it continues or is
     * retried as; greater than zero, unlimited when not set.
     */
    public WorkflowOptions executionTimeout(Duration value) {
        return with("executionTimeout", Constraints.positive("executionTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration executionTimeout() {
        return this.values.get("executionTimeout", Duration.class);
    }

    /**
     * How long one run may take; greater than zero, unlimited when not set.
     */
    public WorkflowOptions runTimeout(Duration value) {
        return with("runTimeout", Constraints.positive("runTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration runTimeout() {
        return this.values.get("runTimeout", Duration.class);
    }

    /**
     * How the workflow is run again after it failed; not at all when not set.
     */
    public WorkflowOptions retry(RetryOptions value) {
        return with("retry", value);
    }

    /** As set; null when not. */
    public @Nullable RetryOptions retry() {
        return this.values.get("retry", RetryOptions.class);
    }

    /**
     * How long the first run waits before it begins; zero or more. A start that comes
     * with a signal does not wait; signals that come later wait with it.
     */
    public WorkflowOptions startDelay(Duration value) {
        return with("startDelay", Constraints.notNegative("startDelay", value));
    }

    /** As set; null when not. */
    public @Nullable Duration startDelay() {
        return this.values.get("startDelay", Duration.class);
    }

    /**
     * When the workflow runs, again and again, as a cron expression in UTC, or in the
     * zone of a {@code CRON_TZ=Europe/Berlin} before it; once, at once, when not set. The
     * first run begins at the first time that matches. The end of each, by a result, a
     * failure or its run timeout, is followed by the next one, which finds
     * {@code Workflows.lastCompletionResult} and {@code previousFailure}; cancellation,
     * termination and the execution timeout end the chain. {@code result} of a handle
     * waits for that. Schedules do more.
     */
    public WorkflowOptions cron(String value) {
        return with("cron", Constraints.id("cron", value));
    }

    /** As set; null when not. */
    public @Nullable String cron() {
        return this.values.get("cron", String.class);
    }

    /**
     * Values for people who look at the run, encoded as arguments are; not searched.
     * Copied, in this order.
     * @throws IllegalArgumentException for a null value or key
     */
    public WorkflowOptions memo(Map<String, ?> value) {
        return with("memo", Constraints.attributes("memo", value));
    }

    /** As set; null when not. */
    public @Nullable Map<String, ?> memo() {
        return this.values.map("memo");
    }

    /**
     * Values that lists are searched by: strings, numbers, booleans, instants or
     * collections of strings. Copied, in this order.
     * @throws IllegalArgumentException for a null value or key
     */
    public WorkflowOptions searchAttributes(Map<String, ?> value) {
        return with("searchAttributes", Constraints.attributes("searchAttributes", value));
    }

    /** As set; null when not. */
    public @Nullable Map<String, ?> searchAttributes() {
        return this.values.map("searchAttributes");
    }

    /**
     * How urgent: 1 (first) to 5 (last), 3 when not set. Lower numbers are claimed first
     * within a task queue.
     * @throws IllegalArgumentException outside of 1 to 5
     */
    public WorkflowOptions priority(int value) {
        return with("priority", Constraints.priority(value));
    }

    /** As set; null when not. */
    public @Nullable Integer priority() {
        return this.values.get("priority", Integer.class);
    }

    /**
     * Whom the run belongs to, such as a tenant. While more of one task queue and
     * priority is due than there are slots, they are shared over the keys in proportion
     * to their weights; runs without a key share one. Activities, children and continued
     * runs inherit it. 1 to 200 characters.
     */
    public WorkflowOptions fairnessKey(String value) {
        return with("fairnessKey", Constraints.fairnessKey(value));
    }

    /** As set; null when not. */
    public @Nullable String fairnessKey() {
        return this.values.get("fairnessKey", String.class);
    }

    private WorkflowOptions with(String name, @Nullable Object value) {
        return new WorkflowOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WorkflowOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "WorkflowOptions" + this.values;
    }

}

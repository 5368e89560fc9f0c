package dev.workflow;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How a child workflow is started. Immutable: each method that sets something returns a
 * new instance.
 */
public final class ChildOptions {

    private static final ChildOptions DEFAULTS = new ChildOptions(OptionValues.NONE);

    private final OptionValues values;

    private ChildOptions(OptionValues values) {
        this.values = values;
    }

    /**
     * Options in which nothing is set: a generated id, the task queue that the type
     * declares.
     */
    public static ChildOptions defaults() {
        return DEFAULTS;
    }

    /** Options with a workflow id of 1 to 1,000 characters. */
    public static ChildOptions withId(String workflowId) {
        return DEFAULTS.id(workflowId);
    }

    /**
     * The workflow id; one derived from the parent when not set.
     */
    public ChildOptions id(String value) {
        return with("id", Constraints.id("workflowId", value));
    }

    /** As set; null when not. */
    public @Nullable String id() {
        return this.values.get("id", String.class);
    }

    /**
     * The task queue; the one that the type declares when not set, else that of the
     * parent.
     */
    public ChildOptions taskQueue(String value) {
        return with("taskQueue", Constraints.id("taskQueue", value));
    }

    /** As set; null when not. */
    public @Nullable String taskQueue() {
        return this.values.get("taskQueue", String.class);
    }

    /**
     * What happens to the child when its parent ends first;
     * {@link ParentClosePolicy#TERMINATE} when not set.
     */
    public ChildOptions parentClosePolicy(ParentClosePolicy value) {
        return with("parentClosePolicy", value);
    }

    /** As set; null when not. */
    public @Nullable ParentClosePolicy parentClosePolicy() {
        return this.values.get("parentClosePolicy", ParentClosePolicy.class);
    }

    /**
     * What a cancellation of the parent means for the child;
     * {@link CancellationType#WAIT_CANCELLATION_COMPLETED} when not set.
     */
    public ChildOptions cancellationType(CancellationType value) {
        return with("cancellationType", value);
    }

    /** As set; null when not. */
    public @Nullable CancellationType cancellationType() {
        return this.values.get("cancellationType", CancellationType.class);
    }

    /**
     * How long the workflow may take in all, over every run that it continues or is
     * retried as; greater than zero, unlimited when not set.
     */
    public ChildOptions executionTimeout(Duration value) {
        return with("executionTimeout", Constraints.positive("executionTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration executionTimeout() {
        return this.values.get("executionTimeout", Duration.class);
    }

    /**
     * How long one run may take; greater than zero, unlimited when not set.
     */
    public ChildOptions runTimeout(Duration value) {
        return with("runTimeout", Constraints.positive("runTimeout", value));
    }

    /** As set; null when not. */
    public @Nullable Duration runTimeout() {
        return this.values.get("runTimeout", Duration.class);
    }

    /**
     * How the child is started again after it failed; not at all when not set.
     */
    public ChildOptions retry(RetryOptions value) {
        return with("retry", value);
    }

    /** As set; null when not. */
    public @Nullable RetryOptions retry() {
        return this.values.get("retry", RetryOptions.class);
    }

    /**
     * Values for people who look at the run, encoded as arguments are; not searched.
     * Copied, in this order.
     * @throws IllegalArgumentException for a null value or key
     */
    public ChildOptions memo(Map<String, ?> value) {
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
    public ChildOptions searchAttributes(Map<String, ?> value) {
        return with("searchAttributes", Constraints.attributes("searchAttributes", value));
    }

    /** As set; null when not. */
    public @Nullable Map<String, ?> searchAttributes() {
        return this.values.map("searchAttributes");
    }

    private ChildOptions with(String name, @Nullable Object value) {
        return new ChildOptions(this.values.with(name, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ChildOptions that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return "ChildOptions" + this.values;
    }

}

package dev.workflow.store;

import java.io.Serializable;
import java.time.Instant;

import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** What people decided about a task queue or workflow type. */
@Entity
@Immutable
@Table(name = "workflow_control")
@IdClass(WorkflowControlEntity.Key.class)
public class WorkflowControlEntity {

    @Id
    @Column(name = "kind")
    @Convert(disableConversion = true)
    private String kind;

    @Id
    @Column(name = "name")
    @Convert(disableConversion = true)
    private String name;

    @Column(name = "paused_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant pausedAt;

    @Column(name = "paused_by")
    @Convert(disableConversion = true)
    private @Nullable String pausedBy;

    @Column(name = "reason")
    @Convert(disableConversion = true)
    private @Nullable String reason;

    @Column(name = "rate_limit")
    @Convert(disableConversion = true)
    private @Nullable Double rateLimit;

    @Column(name = "tokens")
    @Convert(disableConversion = true)
    private @Nullable Double tokens;

    @Column(name = "refilled_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant refilledAt;

    @Column(name = "activity_slots")
    @Convert(disableConversion = true)
    private @Nullable Integer activitySlots;

    @Column(name = "workflow_slots")
    @Convert(disableConversion = true)
    private @Nullable Integer workflowSlots;

    @Column(name = "max_open")
    @Convert(disableConversion = true)
    private @Nullable Integer maxOpen;

    @Column(name = "max_open_per_key")
    @Convert(disableConversion = true)
    private @Nullable Integer maxOpenPerKey;

    @Column(name = "limited_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant limitedAt;

    @Column(name = "limited_by")
    @Convert(disableConversion = true)
    private @Nullable String limitedBy;

    @Column(name = "counted", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean counted;

    protected WorkflowControlEntity() {
    }

    /** {@code TASK_QUEUE} or {@code WORKFLOW_TYPE}. */
    public String getKind() {
        return this.kind;
    }

    public String getName() {
        return this.name;
    }

    /** Since when it is paused. */
    public @Nullable Instant getPausedAt() {
        return this.pausedAt;
    }

    public @Nullable String getPausedBy() {
        return this.pausedBy;
    }

    public @Nullable String getReason() {
        return this.reason;
    }

    /** How many activities may begin in a second, on all nodes together. */
    public @Nullable Double getRateLimit() {
        return this.rateLimit;
    }

    /** How many of them were left when it was last refilled. */
    public @Nullable Double getTokens() {
        return this.tokens;
    }

    public @Nullable Instant getRefilledAt() {
        return this.refilledAt;
    }

    /** Activity slots on each node. */
    public @Nullable Integer getActivitySlots() {
        return this.activitySlots;
    }

    /** Workflow slots on each node. */
    public @Nullable Integer getWorkflowSlots() {
        return this.workflowSlots;
    }

    /** How many workflows of the type may be in progress at once. */
    public @Nullable Integer getMaxOpen() {
        return this.maxOpen;
    }

    /** How many of one fairness key. */
    public @Nullable Integer getMaxOpenPerKey() {
        return this.maxOpenPerKey;
    }

    /** When somebody decided about that. */
    public @Nullable Instant getLimitedAt() {
        return this.limitedAt;
    }

    /** Who did; null: the configuration. */
    public @Nullable String getLimitedBy() {
        return this.limitedBy;
    }

    /** Whether those that were in progress before have their places. */
    public boolean isCounted() {
        return this.counted;
    }

    /**
     * What it is about.
     *
     * @param kind which of the two
     * @param name its name
     */
    public record Key(String kind, String name) implements Serializable {
    }

}

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

    /**
     * What it is about.
     *
     * @param kind which of the two
     * @param name its name
     */
    public record Key(String kind, String name) implements Serializable {
    }

}

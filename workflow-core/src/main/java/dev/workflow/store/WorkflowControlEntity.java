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

    /**
     * What it is about.
     *
     * @param kind which of the two
     * @param name its name
     */
    public record Key(String kind, String name) implements Serializable {
    }

}

package dev.workflow.store;

import java.time.Instant;

import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** The weight that people gave to a fairness key. */
@Entity
@Immutable
@Table(name = "workflow_fairness_key")
public class WorkflowFairnessKeyEntity {

    @Id
    @Column(name = "fairness_key")
    @Convert(disableConversion = true)
    private String fairnessKey;

    @Column(name = "weight")
    @Convert(disableConversion = true)
    private @Nullable Double weight;

    @Column(name = "changed_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant changedAt;

    @Column(name = "changed_by")
    @Convert(disableConversion = true)
    private @Nullable String changedBy;

    protected WorkflowFairnessKeyEntity() {
    }

    /** Empty: what runs without a key share. */
    public String getFairnessKey() {
        return this.fairnessKey;
    }

    /** Null: what each node has set for it. */
    public @Nullable Double getWeight() {
        return this.weight;
    }

    public Instant getChangedAt() {
        return this.changedAt;
    }

    public @Nullable String getChangedBy() {
        return this.changedBy;
    }

}

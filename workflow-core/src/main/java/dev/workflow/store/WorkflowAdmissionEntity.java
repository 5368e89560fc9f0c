package dev.workflow.store;

import java.time.Instant;
import java.util.UUID;

import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A workflow of a type with a concurrency limit: it has a place, or waits for one. */
@Entity
@Immutable
@Table(name = "workflow_admission")
public class WorkflowAdmissionEntity {

    @Id
    @Column(name = "chain_id")
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID chainId;

    @Column(name = "run_id", nullable = false)
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID runId;

    @Column(name = "workflow_id", nullable = false)
    @Convert(disableConversion = true)
    private String workflowId;

    @Column(name = "workflow_type", nullable = false)
    @Convert(disableConversion = true)
    private String workflowType;

    @Column(name = "key")
    @Convert(disableConversion = true)
    private @Nullable String key;

    @Column(name = "state", nullable = false)
    @Convert(disableConversion = true)
    private short state;

    @Column(name = "position", nullable = false)
    @Convert(disableConversion = true)
    private long position;

    @Column(name = "wanted_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant wantedAt;

    protected WorkflowAdmissionEntity() {
    }

    /** The first of its runs. */
    public UUID getChainId() {
        return this.chainId;
    }

    /** The run that waits, or did. */
    public UUID getRunId() {
        return this.runId;
    }

    public String getWorkflowId() {
        return this.workflowId;
    }

    public String getWorkflowType() {
        return this.workflowType;
    }

    /** The fairness key that it counts for. */
    public @Nullable String getKey() {
        return this.key;
    }

    /**
     * 0, its start is delayed; 1, it waits for others of its key; 2, it waits for others
     * of its type; 3, it has a place.
     */
    public short getState() {
        return this.state;
    }

    /** Its number in line. */
    public long getPosition() {
        return this.position;
    }

    /** From when on it wants a place. */
    public Instant getWantedAt() {
        return this.wantedAt;
    }

}

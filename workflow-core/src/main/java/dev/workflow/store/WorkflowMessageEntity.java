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

/** Something for a run from elsewhere, until its next transition takes it. */
@Entity
@Immutable
@Table(name = "workflow_message")
public class WorkflowMessageEntity {

    @Id
    @Column(name = "id")
    @Convert(disableConversion = true)
    private long id;

    @Column(name = "run_id", nullable = false)
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID runId;

    @Column(name = "kind", nullable = false)
    @Convert(disableConversion = true)
    private String kind;

    @Column(name = "name")
    @Convert(disableConversion = true)
    private @Nullable String name;

    @Column(name = "dedup_key")
    @Convert(disableConversion = true)
    private @Nullable String dedupKey;

    @Column(name = "payload", nullable = false)
    @Convert(disableConversion = true)
    private String payload;

    @Column(name = "created_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant createdAt;

    protected WorkflowMessageEntity() {
    }

    public long getId() {
        return this.id;
    }

    public UUID getRunId() {
        return this.runId;
    }

    public String getKind() {
        return this.kind;
    }

    public @Nullable String getName() {
        return this.name;
    }

    public @Nullable String getDedupKey() {
        return this.dedupKey;
    }

    /** JSON. */
    public String getPayload() {
        return this.payload;
    }

    public Instant getCreatedAt() {
        return this.createdAt;
    }

}

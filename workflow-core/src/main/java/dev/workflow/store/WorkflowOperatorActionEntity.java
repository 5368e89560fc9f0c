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

/** What somebody did that is in no history. */
@Entity
@Immutable
@Table(name = "workflow_operator_action")
public class WorkflowOperatorActionEntity {

    @Id
    @Column(name = "id")
    @Convert(disableConversion = true)
    private long id;

    @Column(name = "acted_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant actedAt;

    @Column(name = "identity", nullable = false)
    @Convert(disableConversion = true)
    private String identity;

    @Column(name = "action", nullable = false)
    @Convert(disableConversion = true)
    private String action;

    @Column(name = "subject", nullable = false)
    @Convert(disableConversion = true)
    private String subject;

    @Column(name = "name", nullable = false)
    @Convert(disableConversion = true)
    private String name;

    @Column(name = "reason")
    @Convert(disableConversion = true)
    private @Nullable String reason;

    @Column(name = "detail")
    @Convert(disableConversion = true)
    private @Nullable String detail;

    protected WorkflowOperatorActionEntity() {
    }

    public long getId() {
        return this.id;
    }

    public Instant getActedAt() {
        return this.actedAt;
    }

    public String getIdentity() {
        return this.identity;
    }

    public String getAction() {
        return this.action;
    }

    public String getSubject() {
        return this.subject;
    }

    public String getName() {
        return this.name;
    }

    public @Nullable String getReason() {
        return this.reason;
    }

    public @Nullable String getDetail() {
        return this.detail;
    }

}

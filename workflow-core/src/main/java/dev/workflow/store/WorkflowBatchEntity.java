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

/** An operation on all runs that a query finds, and how far it is. */
@Entity
@Immutable
@Table(name = "workflow_batch")
public class WorkflowBatchEntity {

    @Id
    @Column(name = "id")
    @Convert(disableConversion = true)
    private String id;

    @Column(name = "query", nullable = false)
    @Convert(disableConversion = true)
    private String query;

    @Column(name = "operation", nullable = false)
    @Convert(disableConversion = true)
    private String operation;

    @Column(name = "signal_name")
    @Convert(disableConversion = true)
    private @Nullable String signalName;

    @Column(name = "input", nullable = false)
    @Convert(disableConversion = true)
    private String input;

    @Column(name = "reason")
    @Convert(disableConversion = true)
    private @Nullable String reason;

    @Column(name = "reset_event")
    @Convert(disableConversion = true)
    private @Nullable Long resetEvent;

    @Column(name = "keep_signals", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean keepSignals;

    @Column(name = "id_suffix")
    @Convert(disableConversion = true)
    private @Nullable String idSuffix;

    @Column(name = "settings")
    @Convert(disableConversion = true)
    private @Nullable String settings;

    @Column(name = "rate", nullable = false)
    @Convert(disableConversion = true)
    private double rate;

    @Column(name = "state", nullable = false)
    @Convert(disableConversion = true)
    private String state;

    @Column(name = "total", nullable = false)
    @Convert(disableConversion = true)
    private long total;

    @Column(name = "done", nullable = false)
    @Convert(disableConversion = true)
    private long done;

    @Column(name = "failed", nullable = false)
    @Convert(disableConversion = true)
    private long failed;

    @Column(name = "failures", nullable = false)
    @Convert(disableConversion = true)
    private String failures;

    @Column(name = "position_started_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant positionStartedAt;

    @Column(name = "position_run_id", nullable = false)
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID positionRunId;

    @Column(name = "step", nullable = false)
    @Convert(disableConversion = true)
    private long step;

    @Column(name = "under_way", nullable = false)
    @Convert(disableConversion = true)
    private String underWay;

    @Column(name = "attempts", nullable = false)
    @Convert(disableConversion = true)
    private int attempts;

    @Column(name = "problem")
    @Convert(disableConversion = true)
    private @Nullable String problem;

    @Column(name = "next_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant nextAt;

    @Column(name = "started_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant startedAt;

    @Column(name = "ended_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant endedAt;

    @Column(name = "started_by", nullable = false)
    @Convert(disableConversion = true)
    private String startedBy;

    @Column(name = "by_principal", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean byPrincipal;

    protected WorkflowBatchEntity() {
    }

    public String getId() {
        return this.id;
    }

    public String getQuery() {
        return this.query;
    }

    public String getOperation() {
        return this.operation;
    }

    public @Nullable String getSettings() {
        return this.settings;
    }

    public String getUnderWay() {
        return this.underWay;
    }

    public int getAttempts() {
        return this.attempts;
    }

    public @Nullable String getProblem() {
        return this.problem;
    }

    public String getState() {
        return this.state;
    }

    public long getTotal() {
        return this.total;
    }

    public long getDone() {
        return this.done;
    }

    public long getFailed() {
        return this.failed;
    }

    public Instant getStartedAt() {
        return this.startedAt;
    }

    public @Nullable Instant getEndedAt() {
        return this.endedAt;
    }

    public String getStartedBy() {
        return this.startedBy;
    }

}

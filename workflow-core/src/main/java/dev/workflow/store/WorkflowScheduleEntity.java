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

/** A schedule. */
@Entity
@Immutable
@Table(name = "workflow_schedule")
public class WorkflowScheduleEntity {

    @Id
    @Column(name = "schedule_id")
    @Convert(disableConversion = true)
    private String scheduleId;

    @Column(name = "workflow_type", nullable = false)
    @Convert(disableConversion = true)
    private String workflowType;

    @Column(name = "spec", nullable = false)
    @Convert(disableConversion = true)
    private String spec;

    @Column(name = "template", nullable = false)
    @Convert(disableConversion = true)
    private String template;

    @Column(name = "format", nullable = false)
    @Convert(disableConversion = true)
    private int format;

    @Column(name = "reuse_policy", nullable = false)
    @Convert(disableConversion = true)
    private String reusePolicy;

    @Column(name = "overlap", nullable = false)
    @Convert(disableConversion = true)
    private String overlap;

    @Column(name = "catch_up_window", nullable = false)
    @Convert(disableConversion = true)
    private long catchUpWindow;

    @Column(name = "pause_on_failure", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean pauseOnFailure;

    @Column(name = "paused", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean paused;

    @Column(name = "note", nullable = false)
    @Convert(disableConversion = true)
    private String note;

    @Column(name = "remaining_actions")
    @Convert(disableConversion = true)
    private @Nullable Long remainingActions;

    @Column(name = "nominal_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant nominalAt;

    @Column(name = "next_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant nextAt;

    @Column(name = "watching", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean watching;

    @Column(name = "open_runs", nullable = false)
    @Convert(disableConversion = true)
    private String openRuns;

    @Column(name = "progress", nullable = false)
    @Convert(disableConversion = true)
    private String progress;

    @Column(name = "action_count", nullable = false)
    @Convert(disableConversion = true)
    private long actionCount;

    @Column(name = "missed_count", nullable = false)
    @Convert(disableConversion = true)
    private long missedCount;

    @Column(name = "skipped_count", nullable = false)
    @Convert(disableConversion = true)
    private long skippedCount;

    @Column(name = "problem")
    @Convert(disableConversion = true)
    private @Nullable String problem;

    @Column(name = "created_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant createdAt;

    @Column(name = "last_result")
    @Convert(disableConversion = true)
    private @Nullable String lastResult;

    @Column(name = "last_failure")
    @Convert(disableConversion = true)
    private @Nullable String lastFailure;

    protected WorkflowScheduleEntity() {
    }

    public String getScheduleId() {
        return this.scheduleId;
    }

    public String getWorkflowType() {
        return this.workflowType;
    }

    /** When it is due, as JSON. */
    public String getSpec() {
        return this.spec;
    }

    /** The event of a start, encoded, of which each run's is a copy. */
    public String getTemplate() {
        return this.template;
    }

    public int getFormat() {
        return this.format;
    }

    public String getReusePolicy() {
        return this.reusePolicy;
    }

    public String getOverlap() {
        return this.overlap;
    }

    /** In milliseconds. */
    public long getCatchUpWindow() {
        return this.catchUpWindow;
    }

    public boolean isPauseOnFailure() {
        return this.pauseOnFailure;
    }

    public boolean isPaused() {
        return this.paused;
    }

    public String getNote() {
        return this.note;
    }

    /** How many more runs are started by time; null: any number. */
    public @Nullable Long getRemainingActions() {
        return this.remainingActions;
    }

    /** The next time by its specification. */
    public @Nullable Instant getNominalAt() {
        return this.nominalAt;
    }

    /** When it has to be looked at next. */
    public @Nullable Instant getNextAt() {
        return this.nextAt;
    }

    /** Whether the end of one of its open runs makes a difference. */
    public boolean isWatching() {
        return this.watching;
    }

    /** The ids of its open runs, between commas. */
    public String getOpenRuns() {
        return this.openRuns;
    }

    /** What waits, and its last runs, as JSON. */
    public String getProgress() {
        return this.progress;
    }

    public long getActionCount() {
        return this.actionCount;
    }

    public long getMissedCount() {
        return this.missedCount;
    }

    public long getSkippedCount() {
        return this.skippedCount;
    }

    public @Nullable String getProblem() {
        return this.problem;
    }

    public Instant getCreatedAt() {
        return this.createdAt;
    }

    /** The result of the last run that completed, as it is stored. */
    public @Nullable String getLastResult() {
        return this.lastResult;
    }

    /** How the last run failed, as JSON; null when it did not. */
    public @Nullable String getLastFailure() {
        return this.lastFailure;
    }

}

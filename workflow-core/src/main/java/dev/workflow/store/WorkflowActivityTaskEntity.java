package dev.workflow.store;

import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;

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

/** An activity that was ordered and has no result yet. */
@Entity
@Immutable
@Table(name = "workflow_activity_task")
@IdClass(WorkflowActivityTaskEntity.Key.class)
public class WorkflowActivityTaskEntity {

    @Id
    @Column(name = "run_id")
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID runId;

    @Id
    @Column(name = "scheduled_event_id")
    @Convert(disableConversion = true)
    private long scheduledEventId;

    @Column(name = "activity_type", nullable = false)
    @Convert(disableConversion = true)
    private String activityType;

    @Column(name = "task_queue", nullable = false)
    @Convert(disableConversion = true)
    private String taskQueue;

    @Column(name = "priority", nullable = false)
    @Convert(disableConversion = true)
    private int priority;

    @Column(name = "attempt", nullable = false)
    @Convert(disableConversion = true)
    private int attempt;

    @Column(name = "owner")
    @Convert(disableConversion = true)
    private @Nullable Long owner;

    @Column(name = "due_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant dueAt;

    @Column(name = "scheduled_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant scheduledAt;

    @Column(name = "cancel_requested", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean cancelRequested;

    @Column(name = "completes_later", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean completesLater;

    @Column(name = "last_failure")
    @Convert(disableConversion = true)
    private @Nullable String lastFailure;

    @Column(name = "heartbeat_details")
    @Convert(disableConversion = true)
    private @Nullable String heartbeatDetails;

    @Column(name = "closes_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant closesAt;

    @Column(name = "paused", nullable = false)
    @Convert(disableConversion = true)
    private int paused;

    @Column(name = "attempts_before", nullable = false)
    @Convert(disableConversion = true)
    private int attemptsBefore;

    @Column(name = "last_request_id")
    @Convert(disableConversion = true)
    private @Nullable String lastRequestId;

    @Column(name = "options")
    @Convert(disableConversion = true)
    private @Nullable String options;

    @Column(name = "fairness_key")
    @Convert(disableConversion = true)
    private @Nullable String fairnessKey;

    protected WorkflowActivityTaskEntity() {
    }

    public UUID getRunId() {
        return this.runId;
    }

    public long getScheduledEventId() {
        return this.scheduledEventId;
    }

    public String getActivityType() {
        return this.activityType;
    }

    public String getTaskQueue() {
        return this.taskQueue;
    }

    /** 1 (first) to 5 (last), with a fairness key 10 more. */
    public int getPriority() {
        return this.priority;
    }

    /** That of its run. */
    public @Nullable String getFairnessKey() {
        return this.fairnessKey;
    }

    /** How many attempts have begun. */
    public int getAttempt() {
        return this.attempt;
    }

    /** The node that runs it. */
    public @Nullable Long getOwner() {
        return this.owner;
    }

    /** When the next attempt is due. */
    public Instant getDueAt() {
        return this.dueAt;
    }

    public Instant getScheduledAt() {
        return this.scheduledAt;
    }

    public boolean isCancelRequested() {
        return this.cancelRequested;
    }

    /** Whether its attempt ended to be completed from outside. */
    public boolean isCompletesLater() {
        return this.completesLater;
    }

    /** JSON of a {@code FailureInfo}. */
    public @Nullable String getLastFailure() {
        return this.lastFailure;
    }

    /** JSON. */
    public @Nullable String getHeartbeatDetails() {
        return this.heartbeatDetails;
    }

    /** When the time of an attempt is over that is completed from outside. */
    public @Nullable Instant getClosesAt() {
        return this.closesAt;
    }

    /** Why it waits: 1, somebody paused it; 2, its run is paused; 3, both. */
    public int getPaused() {
        return this.paused;
    }

    /** How many attempts were forgiven. */
    public int getAttemptsBefore() {
        return this.attemptsBefore;
    }

    /** JSON of an {@code ActivityTaskOptions}. */
    public @Nullable String getOptions() {
        return this.options;
    }

    /**
     * An activity's key.
     *
     * @param runId the run
     * @param scheduledEventId the event that ordered it
     */
    public record Key(UUID runId, long scheduledEventId) implements Serializable {
    }

    public @Nullable String getLastRequestId() {
        return this.lastRequestId;
    }

}

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

/** An open run, as machines see it. */
@Entity
@Immutable
@Table(name = "workflow_task")
public class WorkflowTaskEntity {

    @Id
    @Column(name = "run_id")
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID runId;

    @Column(name = "workflow_type", nullable = false)
    @Convert(disableConversion = true)
    private String workflowType;

    @Column(name = "task_queue", nullable = false)
    @Convert(disableConversion = true)
    private String taskQueue;

    @Column(name = "priority", nullable = false)
    @Convert(disableConversion = true)
    private int priority;

    @Column(name = "format", nullable = false)
    @Convert(disableConversion = true)
    private int format;

    @Column(name = "due_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant dueAt;

    @Column(name = "owner")
    @Convert(disableConversion = true)
    private @Nullable Long owner;

    @Column(name = "token", nullable = false)
    @Convert(disableConversion = true)
    private int token;

    @Column(name = "last_event", nullable = false)
    @Convert(disableConversion = true)
    private long lastEvent;

    @Column(name = "crashes", nullable = false)
    @Convert(disableConversion = true)
    private int crashes;

    @Column(name = "problem")
    @Convert(disableConversion = true)
    private @Nullable String problem;

    @Column(name = "ending_until")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant endingUntil;

    @Column(name = "route", nullable = false)
    @Convert(disableConversion = true)
    private String route;

    @Column(name = "pinned", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean pinned;

    @Column(name = "build_id")
    @Convert(disableConversion = true)
    private @Nullable String buildId;

    @Column(name = "resume_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant resumeAt;

    @Column(name = "fairness_key")
    @Convert(disableConversion = true)
    private @Nullable String fairnessKey;

    @Column(name = "admitted", nullable = false)
    @JdbcTypeCode(SqlTypes.BOOLEAN)
    @Convert(disableConversion = true)
    private boolean admitted;

    protected WorkflowTaskEntity() {
    }

    public UUID getRunId() {
        return this.runId;
    }

    public String getWorkflowType() {
        return this.workflowType;
    }

    public String getTaskQueue() {
        return this.taskQueue;
    }

    /** 1 (first) to 5 (last), with a fairness key 10 more. */
    public int getPriority() {
        return this.priority;
    }

    /** With whom the run shares slots. */
    public @Nullable String getFairnessKey() {
        return this.fairnessKey;
    }

    public int getFormat() {
        return this.format;
    }

    /**
     * The earliest time at which the run may have something to do; too early is harmless.
     */
    public Instant getDueAt() {
        return this.dueAt;
    }

    /** The node that holds the run in memory. */
    public @Nullable Long getOwner() {
        return this.owner;
    }

    /** The fencing token: every claim raises it. */
    public int getToken() {
        return this.token;
    }

    public long getLastEvent() {
        return this.lastEvent;
    }

    /** How often the run was claimed without getting on since. */
    public int getCrashes() {
        return this.crashes;
    }

    /** Why the run does not go on, for people. */
    public @Nullable String getProblem() {
        return this.problem;
    }

    /** Until when nobody sends to the run, which could not end for all the messages. */
    public @Nullable Instant getEndingUntil() {
        return this.endingUntil;
    }

    /** The build that alone may claim the run; empty: whichever serves its queue. */
    public String getRoute() {
        return this.route;
    }

    /** Whether the run stays with that build. */
    public boolean isPinned() {
        return this.pinned;
    }

    /** The build that had the run last. */
    public @Nullable String getBuildId() {
        return this.buildId;
    }

    /** Of a paused run: when it is due once it is unpaused. */
    public @Nullable Instant getResumeAt() {
        return this.resumeAt;
    }

    /** Whether its code may go on: else it waits for a place in the limit of its type. */
    public boolean isAdmitted() {
        return this.admitted;
    }

}

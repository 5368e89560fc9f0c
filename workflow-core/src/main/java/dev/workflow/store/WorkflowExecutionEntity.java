package dev.workflow.store;

import java.time.Instant;
import java.util.UUID;

import dev.workflow.client.WorkflowStatus;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * A run, open or closed, as people see it. The engine writes it at the run's start, at
 * its end and when its attributes change.
 */
@Entity
@Immutable
@Table(name = "workflow_execution")
public class WorkflowExecutionEntity {

    @Id
    @Column(name = "run_id")
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID runId;

    @Column(name = "workflow_id", nullable = false)
    @Convert(disableConversion = true)
    private String workflowId;

    @Column(name = "workflow_type", nullable = false)
    @Convert(disableConversion = true)
    private String workflowType;

    @Column(name = "task_queue", nullable = false)
    @Convert(disableConversion = true)
    private String taskQueue;

    @Column(name = "status", nullable = false)
    @Enumerated(EnumType.STRING)
    @JdbcTypeCode(SqlTypes.VARCHAR)
    @Convert(disableConversion = true)
    private WorkflowStatus status;

    @Column(name = "started_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant startedAt;

    @Column(name = "closed_at")
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private @Nullable Instant closedAt;

    @Column(name = "first_run_id", nullable = false)
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID firstRunId;

    @Column(name = "continued_run_id")
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private @Nullable UUID continuedRunId;

    @Column(name = "request_id")
    @Convert(disableConversion = true)
    private @Nullable String requestId;

    @Column(name = "parent_workflow_id")
    @Convert(disableConversion = true)
    private @Nullable String parentWorkflowId;

    @Column(name = "parent_run_id")
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private @Nullable UUID parentRunId;

    @Column(name = "parent_close_policy")
    @Convert(disableConversion = true)
    private @Nullable String parentClosePolicy;

    @Column(name = "priority", nullable = false)
    @Convert(disableConversion = true)
    private int priority;

    @Column(name = "history_length", nullable = false)
    @Convert(disableConversion = true)
    private long historyLength;

    @Column(name = "result")
    @Convert(disableConversion = true)
    private @Nullable String result;

    @Column(name = "failure")
    @Convert(disableConversion = true)
    private @Nullable String failure;

    @Column(name = "memo")
    @Convert(disableConversion = true)
    private @Nullable String memo;

    @Column(name = "search_attributes")
    @Convert(disableConversion = true)
    private @Nullable String searchAttributes;

    protected WorkflowExecutionEntity() {
    }

    public UUID getRunId() {
        return this.runId;
    }

    public String getWorkflowId() {
        return this.workflowId;
    }

    public String getWorkflowType() {
        return this.workflowType;
    }

    public String getTaskQueue() {
        return this.taskQueue;
    }

    public WorkflowStatus getStatus() {
        return this.status;
    }

    public Instant getStartedAt() {
        return this.startedAt;
    }

    public @Nullable Instant getClosedAt() {
        return this.closedAt;
    }

    /** The first run of the chain that this one continues. */
    public UUID getFirstRunId() {
        return this.firstRunId;
    }

    /** The run that this one went on in. */
    public @Nullable UUID getContinuedRunId() {
        return this.continuedRunId;
    }

    public @Nullable String getRequestId() {
        return this.requestId;
    }

    public @Nullable String getParentWorkflowId() {
        return this.parentWorkflowId;
    }

    public @Nullable UUID getParentRunId() {
        return this.parentRunId;
    }

    public @Nullable String getParentClosePolicy() {
        return this.parentClosePolicy;
    }

    public int getPriority() {
        return this.priority;
    }

    /**
     * Written at the end; of an open run {@link WorkflowTaskEntity#getLastEvent()} knows
     * it.
     */
    public long getHistoryLength() {
        return this.historyLength;
    }

    /** JSON. */
    public @Nullable String getResult() {
        return this.result;
    }

    /** JSON of a {@code FailureInfo}. */
    public @Nullable String getFailure() {
        return this.failure;
    }

    /** A JSON object. */
    public @Nullable String getMemo() {
        return this.memo;
    }

    /** A JSON object. */
    public @Nullable String getSearchAttributes() {
        return this.searchAttributes;
    }

}

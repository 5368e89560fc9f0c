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

/** The builds that run what waits in a task queue. */
@Entity
@Immutable
@Table(name = "workflow_worker_version")
public class WorkflowWorkerVersionEntity {

    @Id
    @Column(name = "task_queue")
    @Convert(disableConversion = true)
    private String taskQueue;

    @Column(name = "current_build", nullable = false)
    @Convert(disableConversion = true)
    private String currentBuild;

    @Column(name = "ramping_build")
    @Convert(disableConversion = true)
    private @Nullable String rampingBuild;

    @Column(name = "ramp_percentage", nullable = false)
    @Convert(disableConversion = true)
    private int rampPercentage;

    @Column(name = "updated_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant updatedAt;

    protected WorkflowWorkerVersionEntity() {
    }

    public String getTaskQueue() {
        return this.taskQueue;
    }

    /** The build for all that the ramping one does not get. */
    public String getCurrentBuild() {
        return this.currentBuild;
    }

    /** The build that gets a share. */
    public @Nullable String getRampingBuild() {
        return this.rampingBuild;
    }

    /** That share, from 0 to 100. */
    public int getRampPercentage() {
        return this.rampPercentage;
    }

    /** For people. */
    public Instant getUpdatedAt() {
        return this.updatedAt;
    }

}

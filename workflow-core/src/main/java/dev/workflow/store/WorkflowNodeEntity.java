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

/** A process that serves task queues. */
@Entity
@Immutable
@Table(name = "workflow_node")
public class WorkflowNodeEntity {

    @Id
    @Column(name = "id")
    @Convert(disableConversion = true)
    private long id;

    @Column(name = "name", nullable = false)
    @Convert(disableConversion = true)
    private String name;

    @Column(name = "task_queues", nullable = false)
    @Convert(disableConversion = true)
    private String taskQueues;

    @Column(name = "workflow_types", nullable = false)
    @Convert(disableConversion = true)
    private String workflowTypes;

    @Column(name = "activity_types", nullable = false)
    @Convert(disableConversion = true)
    private String activityTypes;

    @Column(name = "state", nullable = false)
    @Convert(disableConversion = true)
    private String state;

    @Column(name = "counter", nullable = false)
    @Convert(disableConversion = true)
    private long counter;

    @Column(name = "activity_slots", nullable = false)
    @Convert(disableConversion = true)
    private int activitySlots;

    @Column(name = "activity_slots_used", nullable = false)
    @Convert(disableConversion = true)
    private int activitySlotsUsed;

    @Column(name = "cached_runs", nullable = false)
    @Convert(disableConversion = true)
    private int cachedRuns;

    @Column(name = "version")
    @Convert(disableConversion = true)
    private @Nullable String version;

    @Column(name = "started_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant startedAt;

    @Column(name = "heartbeat_at", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant heartbeatAt;

    @Column(name = "build_id")
    @Convert(disableConversion = true)
    private @Nullable String buildId;

    protected WorkflowNodeEntity() {
    }

    /** The incarnation: a restarted process has a new one. */
    public long getId() {
        return this.id;
    }

    public String getName() {
        return this.name;
    }

    public String getTaskQueues() {
        return this.taskQueues;
    }

    public String getWorkflowTypes() {
        return this.workflowTypes;
    }

    public String getActivityTypes() {
        return this.activityTypes;
    }

    public String getState() {
        return this.state;
    }

    /**
     * What its heartbeat moves: a node whose counter stands still for a lease is dead.
     */
    public long getCounter() {
        return this.counter;
    }

    public int getActivitySlots() {
        return this.activitySlots;
    }

    public int getActivitySlotsUsed() {
        return this.activitySlotsUsed;
    }

    public int getCachedRuns() {
        return this.cachedRuns;
    }

    public @Nullable String getVersion() {
        return this.version;
    }

    public Instant getStartedAt() {
        return this.startedAt;
    }

    /** For people: leases use no clock. */
    public Instant getHeartbeatAt() {
        return this.heartbeatAt;
    }

    /** The build of the application on it. */
    public @Nullable String getBuildId() {
        return this.buildId;
    }

}

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

/** An event of a history, which only grows. */
@Entity
@Immutable
@Table(name = "workflow_event")
@IdClass(WorkflowEventEntity.Key.class)
public class WorkflowEventEntity {

    @Id
    @Column(name = "run_id")
    @JdbcTypeCode(SqlTypes.UUID)
    @Convert(disableConversion = true)
    private UUID runId;

    @Id
    @Column(name = "event_id")
    @Convert(disableConversion = true)
    private long eventId;

    @Column(name = "event_type", nullable = false)
    @Convert(disableConversion = true)
    private String eventType;

    @Column(name = "event_time", nullable = false)
    @JdbcTypeCode(SqlTypes.TIMESTAMP_UTC)
    @Convert(disableConversion = true)
    private Instant eventTime;

    @Column(name = "format", nullable = false)
    @Convert(disableConversion = true)
    private int format;

    @Column(name = "attributes", nullable = false)
    @Convert(disableConversion = true)
    private String attributes;

    protected WorkflowEventEntity() {
    }

    public UUID getRunId() {
        return this.runId;
    }

    public long getEventId() {
        return this.eventId;
    }

    public String getEventType() {
        return this.eventType;
    }

    public Instant getEventTime() {
        return this.eventTime;
    }

    public int getFormat() {
        return this.format;
    }

    /** The payload, as JSON. */
    public String getAttributes() {
        return this.attributes;
    }

    /**
     * An event's key.
     *
     * @param runId the run
     * @param eventId its place in the history, from 1
     */
    public record Key(UUID runId, long eventId) implements Serializable {
    }

}

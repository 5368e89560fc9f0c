package dev.workflow.store;

import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** A key that all nodes share. Its value does not leave this package. */
@Entity
@Immutable
@Table(name = "workflow_secret")
public class WorkflowSecretEntity {

    @Id
    @Column(name = "name")
    @Convert(disableConversion = true)
    private String name;

    @Column(name = "value", nullable = false)
    @Convert(disableConversion = true)
    private byte[] value;

    protected WorkflowSecretEntity() {
    }

    public String getName() {
        return this.name;
    }

    byte[] getValue() {
        return this.value.clone();
    }

}

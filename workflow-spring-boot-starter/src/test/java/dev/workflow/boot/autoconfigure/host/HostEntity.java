package dev.workflow.boot.autoconfigure.host;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** An entity of an application. */
@Entity
public class HostEntity {

    @Id
    private Long id;

}

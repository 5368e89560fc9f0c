package dev.workflow.store.host;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** An entity of the application. */
@Entity
public class HostThing {

    @Id
    private long id;

    private String bigName;

    protected HostThing() {
    }

    public String getBigName() {
        return this.id + this.bigName;
    }

}

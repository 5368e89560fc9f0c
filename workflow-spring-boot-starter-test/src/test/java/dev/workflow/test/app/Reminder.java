package dev.workflow.test.app;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** A row of the application's own. */
@Entity
class Reminder {

    @Id
    private String id = "";

    private String text = "";

    protected Reminder() {
    }

    Reminder(String id, String text) {
        this.id = id;
        this.text = text;
    }

    String id() {
        return this.id;
    }

    String text() {
        return this.text;
    }

}

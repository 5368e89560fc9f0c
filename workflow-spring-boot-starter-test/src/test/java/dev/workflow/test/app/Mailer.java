package dev.workflow.test.app;

import dev.workflow.Activity;
import org.springframework.transaction.annotation.Transactional;

@Activity
class Mailer {

    private final Reminders reminders;

    Mailer(Reminders reminders) {
        this.reminders = reminders;
    }

    @Transactional
    public String remind(String id, String text) {
        return this.reminders.save(new Reminder(id, text + "!")).text();
    }

}

package dev.workflow.test.app;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application as users write them, found by the tests of its package. */
@SpringBootApplication
class ReminderApplication {

}

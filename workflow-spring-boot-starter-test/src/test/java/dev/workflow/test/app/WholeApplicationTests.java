package dev.workflow.test.app;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.test.WorkflowClock;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

@WorkflowTest(properties = "spring.jpa.hibernate.ddl-auto=update")
class WholeApplicationTests {

    private final WorkflowClient client;

    private final WorkflowClock clock;

    private final Reminders reminders;

    private final ConfigurableApplicationContext context;

    WholeApplicationTests(WorkflowClient client, WorkflowClock clock, Reminders reminders,
            ConfigurableApplicationContext context) {
        this.client = client;
        this.clock = clock;
        this.reminders = reminders;
        this.context = context;
    }

    @Test
    void theApplicationOfThePackageIsFoundWithItsEntities() {
        WorkflowHandle<ReminderWorkflow, String> handle = start("tea", Duration.ofDays(365));
        Instant start = this.clock.instant();
        this.clock.advance(Duration.ofDays(365));
        assertThat(handle.result()).isEqualTo("tea!");
        assertThat(this.clock.instant()).isEqualTo(start.plus(Duration.ofDays(365)));
        assertThat(this.reminders.findById(handle.workflowId())).get()
            .extracting(Reminder::id, Reminder::text)
            .containsExactly(handle.workflowId(), "tea!");
    }

    @Test
    void aContextThatWasPausedGoesOn() {
        WorkflowHandle<ReminderWorkflow, String> before = start("before", Duration.ofHours(1));
        this.clock.awaitIdle();
        // As Spring does with a context in its cache while other tests run.
        this.context.pause();
        this.context.restart();
        WorkflowHandle<ReminderWorkflow, String> after = start("after", Duration.ofHours(1));
        this.clock.advance(Duration.ofHours(1));
        assertThat(before.result(Duration.ofSeconds(30))).isEqualTo("before!");
        assertThat(after.result(Duration.ofSeconds(30))).isEqualTo("after!");
    }

    private WorkflowHandle<ReminderWorkflow, String> start(String text, Duration after) {
        return this.client.start(ReminderWorkflow.class, (w) -> w.remind(text, after), WorkflowOptions.defaults());
    }

}

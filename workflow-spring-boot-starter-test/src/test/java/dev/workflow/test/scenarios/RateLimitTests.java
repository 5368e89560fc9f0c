package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;

import dev.workflow.Activity;
import dev.workflow.Promise;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What waits for a limit begins when time has moved on. */
@WorkflowTest(classes = { RateLimitTests.Mail.class, RateLimitTests.Mailing.class },
        properties = { "workflow.worker.task-queues.limited-here.rate-limit=1",
                "workflow.worker.task-queues.limited-everywhere.activity-slots=10" })
class RateLimitTests extends ScenarioTests {

    private void sendsOneEach(Duration interval, String taskQueue) {
        Instant start = this.clock.instant();
        WorkflowHandle<Mailing, List<Instant>> handle = this.client.start(Mailing.class, (w) -> w.send(3),
                anyId().taskQueue(taskQueue));
        advance(Duration.ofSeconds(10));
        assertThat(resultOf(handle)).containsExactlyInAnyOrder(start, start.plus(interval),
                start.plus(interval.multipliedBy(2)));
        assertThat(this.clock.instant()).isEqualTo(start.plusSeconds(10));
    }

    @Test
    void oneNodesLimit() {
        sendsOneEach(Duration.ofSeconds(1), "limited-here");
    }

    @Test
    void limitOfAllNodesTogether() {
        this.client.taskQueue("limited-everywhere").limitRate(0.5);
        step();
        sendsOneEach(Duration.ofSeconds(2), "limited-everywhere");
    }

    @Activity
    static class Mail {

        private final InstantSource clock;

        Mail(InstantSource clock) {
            this.clock = clock;
        }

        public Instant send() {
            return this.clock.instant();
        }

    }

    @Workflow
    static class Mailing {

        private final Mail mail;

        Mailing(Mail mail) {
            this.mail = mail;
        }

        @WorkflowMethod
        List<Instant> send(int mails) {
            return Promise.allOf(IntStream.range(0, mails).mapToObj((i) -> Workflows.async(this.mail::send)).toList())
                .get();
        }

    }

}

package dev.workflow.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.Retry;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@WorkflowTest(classes = { WorkflowClockTests.Billing.class, WorkflowClockTests.Bank.class,
        WorkflowClockTests.Stuck.class, WorkflowClockTests.Elsewhere.class })
class WorkflowClockTests {

    private final WorkflowClient client;

    private final WorkflowClock clock;

    private final Replayer replayer;

    WorkflowClockTests(WorkflowClient client, WorkflowClock clock, Replayer replayer) {
        this.client = client;
        this.clock = clock;
        this.replayer = replayer;
    }

    @Test
    void advanceStopsAtEveryInstantAtWhichSomethingIsDue() {
        Instant start = this.clock.instant();
        WorkflowHandle<Billing, List<Instant>> handle = this.client.start(Billing.class, (w) -> w.bill(12),
                WorkflowOptions.defaults());
        this.clock.advance(Duration.ofDays(365));
        List<Instant> billed = handle.result(Duration.ofSeconds(30));
        assertThat(billed).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(billed.get(i)).as("bill %d", i).isEqualTo(start.plus(Duration.ofDays(30L * (i + 1))));
        }
        assertThat(this.clock.instant()).isEqualTo(start.plus(Duration.ofDays(365)));
    }

    @Test
    void advanceStopsAtTheSameInstantsWhenNothingIsInMemory() {
        Instant start = this.clock.instant();
        WorkflowHandle<Billing, List<Instant>> handle = this.client.start(Billing.class, (w) -> w.bill(2),
                WorkflowOptions.defaults());
        this.clock.awaitIdle();
        this.replayer.evictAll();
        this.clock.advance(Duration.ofDays(45));
        this.replayer.evictAll();
        this.clock.advance(Duration.ofDays(45));
        assertThat(handle.result(Duration.ofSeconds(30))).containsExactly(start.plus(Duration.ofDays(30)),
                start.plus(Duration.ofDays(60)));
    }

    @Test
    void whatThisNodeCannotRunDoesNotKeepItFromBeingIdle() {
        WorkflowHandle<Elsewhere, String> handle = this.client.start(Elsewhere.class, (w) -> w.run(),
                WorkflowOptions.defaults());
        WorkflowHandle<Object, Object> other = this.client.start("TypeOfAnotherApplication",
                WorkflowOptions.defaults().taskQueue("queue-of-another-application"));
        this.clock.advance(Duration.ofHours(1));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(other.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        handle.terminate("end of test");
        other.terminate("end of test");
    }

    @Test
    void somethingThatNeverEndsIsNamed() {
        WorkflowHandle<Stuck, String> handle = this.client.start(Stuck.class, (w) -> w.run(),
                WorkflowOptions.withId("stuck"));
        try {
            assertThatIllegalStateException().isThrownBy(this.clock::awaitIdle)
                .withMessageContaining("Bank.hang")
                .withMessageContaining("stuck");
        }
        finally {
            Bank.RELEASED.countDown();
        }
        assertThat(handle.result(Duration.ofSeconds(30))).isEqualTo("released");
    }

    @Activity(startToCloseTimeout = "1h", retry = @Retry(initialInterval = "1m"))
    static class Bank {

        static final CountDownLatch RELEASED = new CountDownLatch(1);

        public void debit() {
        }

        public String hang() throws InterruptedException {
            return RELEASED.await(60, TimeUnit.SECONDS) ? "released" : "forgotten";
        }

    }

    @Workflow
    static class Billing {

        private final Bank bank;

        Billing(Bank bank) {
            this.bank = bank;
        }

        @WorkflowMethod
        List<Instant> bill(int periods) {
            List<Instant> billed = new ArrayList<>();
            for (int i = 0; i < periods; i++) {
                Workflows.sleep(Duration.ofDays(30));
                this.bank.debit();
                billed.add(Workflows.now());
            }
            return billed;
        }

    }

    @Workflow
    static class Stuck {

        private final Bank bank;

        Stuck(Bank bank) {
            this.bank = bank;
        }

        @WorkflowMethod
        String run() throws InterruptedException {
            return this.bank.hang();
        }

    }

    @Workflow
    static class Elsewhere {

        @WorkflowMethod
        String run() {
            return Workflows.activity("Payments.charge", String.class,
                    ActivityOptions.defaults().taskQueue("queue-of-another-application"));
        }

    }

}

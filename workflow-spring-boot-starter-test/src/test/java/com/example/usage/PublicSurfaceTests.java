package com.example.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import com.example.usage.Orders.Journal;
import com.example.usage.Orders.Order;
import com.example.usage.Orders.OrderWorkflow;
import com.example.usage.Orders.Receipt;
import com.example.usage.Orders.Status;
import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.HistoryEvent;
import dev.workflow.test.Replayer;
import dev.workflow.test.WorkflowClock;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The public surface as its users meet it, from a package that sees nothing else. That
 * the classes beside this one compile is the test of names, parameters and generics; here
 * the first of them runs.
 */
@WorkflowTest(classes = { OrderWorkflow.class, Orders.Payments.class, Orders.PostOffice.class, WorkflowCodeUsage.class,
        ActivityCodeUsage.class }, properties = "carrier.queue=orders")
class PublicSurfaceTests {

    private final WorkflowClient client;

    private final WorkflowClock clock;

    private final Replayer replayer;

    PublicSurfaceTests(WorkflowClient client, WorkflowClock clock, Replayer replayer) {
        this.client = client;
        this.clock = clock;
        this.replayer = replayer;
    }

    @Test
    void anApprovedOrderIsFulfilled() {
        WorkflowHandle<OrderWorkflow, Receipt> handle = start("approved");
        this.clock.awaitIdle();
        Status status = handle.query((w) -> w.status());
        assertThat(status).isEqualTo(Status.CHARGED);
        String address = handle.update((w) -> w.changeAddress("there"));
        assertThat(address).isEqualTo("there");
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update((w) -> w.changeAddress(" ")))
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue());
        this.replayer.evictAll();
        handle.signal((w) -> w.approve());
        assertThat(handle.result(Duration.ofSeconds(30))).isEqualTo(new Receipt("to there", "invoice of approved"));
        List<HistoryEvent> history = handle.history();
        this.replayer.replay(history);
    }

    @Test
    void anOrderThatNobodyApprovesIsUndone() {
        WorkflowHandle<OrderWorkflow, Receipt> handle = start("expired");
        Instant begin = this.clock.instant();
        this.clock.advance(Duration.ofDays(3));
        assertThat(Duration.between(begin, this.clock.instant())).hasDays(3);
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(handle::result)
            .withCauseInstanceOf(ApplicationFailure.class)
            .withMessageContaining("not approved");
        assertThat(Journal.lines()).contains("refunded charge of expired");
    }

    private WorkflowHandle<OrderWorkflow, Receipt> start(String id) {
        return this.client.start(OrderWorkflow.class, (w) -> w.fulfil(new Order(id, "here")),
                WorkflowOptions.withId(id).executionTimeout(Duration.ofDays(7)));
    }

}

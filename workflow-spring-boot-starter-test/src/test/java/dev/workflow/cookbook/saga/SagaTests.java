package dev.workflow.cookbook.saga;

import java.time.Duration;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.cookbook.saga.TripWorkflow.Trip;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SagaTests extends CookbookTests {

    @Autowired
    private FakeTravelAgency agency;

    @Test
    void everythingIsBooked() {
        WorkflowHandle<TripWorkflow, Void> handle = book(new Trip("Ritz", "LH 1", "Beetle"));
        handle.result(PATIENCE);
        assertThat(this.agency.log(handle.workflowId())).containsExactly("book hotel", "book flight", "book car");
    }

    @Test
    void whatWasBookedIsCanceledNewestFirst() {
        WorkflowHandle<TripWorkflow, Void> handle = book(new Trip("Ritz", "LH 1", "none"));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .havingRootCause()
            .isInstanceOfSatisfying(ApplicationFailure.class,
                    (failure) -> assertThat(failure.type()).isEqualTo("SoldOut"));
        assertThat(this.agency.log(handle.workflowId())).containsExactly("book hotel", "book flight", "cancel car",
                "cancel flight", "cancel hotel");
    }

    @Test
    void canceledTripIsUndoneToo() {
        WorkflowHandle<TripWorkflow, Void> handle = book(new Trip("Ritz", "away", "Beetle"));
        step();
        handle.cancel();
        advance(Duration.ofSeconds(1));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(this.agency.log(handle.workflowId())).containsExactly("book hotel", "cancel flight", "cancel hotel");
    }

    private WorkflowHandle<TripWorkflow, Void> book(Trip trip) {
        return this.client.start(TripWorkflow.class, (w) -> {
            w.book(trip);
        }, anyId());
    }

}
